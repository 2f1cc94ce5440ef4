/** The README's table of settings, made from the options themselves. */
import { fileNameOf, type OptionName, options } from './options.ts';

/** A Markdown table, one row per option. */
export function optionsTable(): string {
  const rows = (Object.keys(options) as OptionName[]).map((name) => {
    const { env, flag, doc, shown } = options[name];
    return `| \`${env}\` | \`--${flag}\` | \`${fileNameOf(name)}\` | ${doc} | ${shown ?? ''} |`;
  });
  return [
    '| Variable | Flag | In onggi.yaml | Meaning | Default |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
