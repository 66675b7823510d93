// Takes the place of VS Code's native watchdog: the extension host ends when the server that started it is gone.
exports.start = (serverPid) => {
  const alive = () => {
    try {
      process.kill(serverPid, 0);
      return true;
    } catch (error) {
      return error.code !== 'ESRCH';
    }
  };
  setInterval(() => alive() || process.exit(87), 3000).unref();
};
exports.exit = (code) => process.exit(code || 0);
