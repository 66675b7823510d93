interface ChoiceProps {
  readonly label: string;
  /** How tests find it. */
  readonly hook: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}

/** One of a few, with its label. */
export function Choice({ label, hook, value, options, onChoose }: ChoiceProps) {
  return (
    <label class="field">
      {label}
      <select value={value} data-choice={hook} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
