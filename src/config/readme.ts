/** The README's table of settings, made from the options themselves. */
import { options } from './options.ts';

/** A Markdown table, one row per option. */
export function optionsTable(): string {
  const rows = Object.entries(options).map(
    ([name, { env, flag, doc, shown }]) =>
      `| \`${env}\` | \`--${flag}\` | \`${name}\` | ${doc} | ${shown ?? ''} |`,
  );
  return [
    '| Variable | Flag | In onggi.yaml | Meaning | Default |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
