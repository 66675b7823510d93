import { describe, expect, it } from 'vitest';
import type { CallMessage, ReplyMessage } from '../../src/protocol/worker';
import { CallError, createClient, type Port } from '../../webview/client';

function wire() {
  const sent: CallMessage[] = [];
  let receive: (message: ReplyMessage) => void = () => {};
  const port: Port = {
    send: (message) => sent.push(message),
    listen: (listener) => {
      receive = listener;
      return () => {};
    },
  };
  return { sent, client: createClient(port), receive: (message: ReplyMessage) => receive(message) };
}

describe('the panel and its host', () => {
  it('gives each answer to its call, in whatever order they come', async () => {
    const { sent, client, receive } = wire();
    const first = client.call('open', { folder: 'a' });
    const second = client.call('pause', { folder: 'a' });
    expect(sent.map(({ call }) => call)).toEqual(['open', 'pause']);
    // A host that sends JSON loses a result that is undefined.
    receive({ id: sent[1]?.id ?? -1 } as ReplyMessage);
    receive({ id: sent[0]?.id ?? -1, result: undefined });
    await expect(first).resolves.toBeUndefined();
    await expect(second).resolves.toBeUndefined();
  });

  it('rejects a call with the words of the host', async () => {
    const { sent, client, receive } = wire();
    const call = client.call('sample', { folder: 'a', request: {} });
    receive({
      id: sent[0]?.id ?? -1,
      error: { user: { what: 'No checkpoint yet', wayOut: 'Wait for the first one.' } },
    });
    const error = await call.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ user: { what: 'No checkpoint yet', wayOut: 'Wait for the first one.' } });
  });

  it('gives a bug a way out too', async () => {
    const { sent, client, receive } = wire();
    const call = client.call('stop', { folder: 'a' });
    receive({ id: sent[0]?.id ?? -1, error: { bug: { message: 'x is not a function' } } });
    const error = await call.catch((failure: unknown) => failure);
    expect(error).toMatchObject({ user: { where: 'x is not a function', wayOut: expect.stringContaining('report') } });
  });

  it('hands events to who listens, until they stop', () => {
    const { client, receive } = wire();
    const folders: string[] = [];
    const stop = client.on('update', ({ folder }) => folders.push(folder));
    receive({ event: 'update', value: { folder: 'a' } });
    stop();
    receive({ event: 'update', value: { folder: 'b' } });
    expect(folders).toEqual(['a']);
  });
});
