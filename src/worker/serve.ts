/** Answers what host and command line ask of the worker. */
import type { MessagePort } from 'node:worker_threads';
import type { CallMessage, ReplyMessage } from '../protocol/worker';
import { answers, toWire } from './answer';
import { type Early, useEarly } from './engine';

/**
 * @param first what was asked before anybody listened
 * @param early what was begun before there was an engine to start
 */
export function serve(port: MessagePort, first: CallMessage | undefined, early: Early | undefined): void {
  useEarly(early);
  const send = (message: ReplyMessage) => port.postMessage(message);
  const table = answers((event, value) => send({ event, value }));
  const answer = async ({ id, call, argument }: CallMessage) => {
    try {
      const answerTo = table[call as keyof typeof table] as ((argument: unknown) => Promise<unknown>) | undefined;
      if (!answerTo) throw new Error(`Nothing answers the call ${call}`);
      send({ id, result: await answerTo(argument) });
    } catch (error) {
      send({ id, error: toWire(error) });
    }
  };
  port.on('message', answer);
  if (first) void answer(first);
}
