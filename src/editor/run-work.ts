import { UserError } from '../base/user-error';
import type { Probe, Sample, SampleRequest } from '../protocol/run';
import type { HelperWorker } from './helper-worker';
import type { Training, Trainings } from './training';

/** What can be done with a run, whether it is in training here or lies in its folder. */
export class RunWork {
  constructor(
    private readonly trainings: Trainings,
    private readonly helper: HelperWorker,
  ) {}

  async pause(folder: string): Promise<void> {
    await this.inTraining(folder).pause();
  }

  async unpause(folder: string): Promise<void> {
    await this.inTraining(folder).unpause();
  }

  async stop(folder: string): Promise<void> {
    await this.inTraining(folder).stop();
  }

  sample(folder: string, request: SampleRequest): Promise<Sample> {
    return this.trainings.of(folder)?.sample(request) ?? this.helper.call('sample', { folder, request });
  }

  probe(folder: string, input: string): Promise<Probe> {
    return this.trainings.of(folder)?.probe(input) ?? this.helper.call('probe', { folder, input });
  }

  async rename(folder: string, name: string): Promise<void> {
    await (this.trainings.of(folder)?.rename(name) ?? this.helper.call('rename', { folder, name }));
  }

  /** Throws a `UserError` when the run is not in training in this window. */
  private inTraining(folder: string): Training {
    const training = this.trainings.of(folder);
    if (!training) {
      throw new UserError({
        what: 'This run is not being trained in this window',
        where: folder,
        wayOut: 'Use the window or the command line that trains it, or continue the run here once it has ended.',
      });
    }
    return training;
  }
}
