import { join } from 'node:path';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { Argument, CallMessage, WorkerCalls } from '../protocol/worker';
import { loadWithCode } from './code-cache';
import { bootHelpers } from './helpers';
import { compileKernels, likelyVariant } from './kernels';
import type { serve } from './serve';
import { withWide } from './v8-flag';

/**
 * The worker's entry is small: it loads all else, `serve.js`, from what V8 kept of it. Where the first thing it is asked for
 * is a training, the engine's threads start and its kernels are compiled meanwhile.
 */
if (!parentPort) throw new Error('The worker runs as a thread of the extension host or the command line');
const port = parentPort;
const first = receiveMessageOnPort(port)?.message as CallMessage | undefined;
const training = first?.call === 'train' ? (first.argument as Argument<WorkerCalls, 'train'>) : undefined;
const { engine = {} } = training?.choices ?? {};
const variant = training && likelyVariant(engine);
const helpers = variant === undefined ? [] : bootHelpers(engine.threads);
const kernels = variant && compileKernels(variant);
// Who starts the engine is told of a failure; until then it is nobody's.
kernels?.catch(() => undefined);
// V8's flags are those of the kernels until these are there.
const flags = variant === 'wide' ? { name: 'wide', during: withWide } : undefined;
const bundle = loadWithCode(join(__dirname, 'serve.js'), flags);
const early = variant && kernels && { variant, kernels, threads: engine.threads ?? 0, helpers };
(bundle.run() as { serve: typeof serve }).serve(port, first, early);
