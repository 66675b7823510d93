import { z } from 'zod';
import { engineSchema, modelSchema, trainingSchema } from '../configuration/run';

/** Used by scripts/manifest.mjs and a test alone, so that the host needs no schema library. */
type Property = Readonly<Record<string, unknown>>;

/** The settings of package.json: defaults of a run as its schema says, and how the editor behaves. */
export function manifestSettings(): Readonly<Record<string, Property>> {
  return {
    'unroll.resumeInterrupted': {
      type: 'string',
      enum: ['ask', 'always', 'never'],
      enumDescriptions: [
        'Ask once for each run that was interrupted.',
        'Go on by itself from the last checkpoint.',
        'Do nothing; the run can be continued from the tree of runs.',
      ],
      default: 'ask',
      markdownDescription: 'What to do with trainings that were interrupted because VS Code closed.',
      order: 0,
    },
    ...section('model', modelSchema),
    ...section('training', trainingSchema),
    ...section('engine', engineSchema.omit({ variant: true })),
  };
}

function section(name: string, schema: z.ZodObject): Record<string, Property> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const { description, flag: _, ...rest } = property as Property;
      return [`unroll.${name}.${key}`, { ...rest, markdownDescription: `Default of new runs: ${description}.` }];
    }),
  );
}
