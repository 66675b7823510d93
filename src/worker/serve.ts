/** Answers what host and command line ask of the worker. */
import { parentPort } from 'node:worker_threads';
import type { CallMessage, ReplyMessage } from '../protocol/worker';
import { answers, toWire } from './answer';

if (!parentPort) throw new Error('The worker runs as a thread of the extension host or the command line');
const port = parentPort;
const send = (message: ReplyMessage) => port.postMessage(message);
const table = answers((event, value) => send({ event, value }));

port.on('message', async ({ id, call, argument }: CallMessage) => {
  try {
    const answer = table[call as keyof typeof table] as ((argument: unknown) => Promise<unknown>) | undefined;
    if (!answer) throw new Error(`Nothing answers the call ${call}`);
    send({ id, result: await answer(argument) });
  } catch (error) {
    send({ id, error: toWire(error) });
  }
});
