export interface PageResources {
  /** Where the webview may load from: `webview.cspSource`. */
  readonly cspSource: string;
  readonly script: string;
  /** Fresh for each page. */
  readonly nonce: string;
}

/** The page of every panel: it may run its one script and style itself, and load nothing else. */
export function panelHtml({ cspSource, script, nonce }: PageResources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="unroll-nonce" content="${nonce}">
  <title>Unroll</title>
</head>
<body>
  <div id="root"></div>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
