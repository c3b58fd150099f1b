import { type SourceFile, withoutComments } from './sourceFile.ts';

type Rule = {
  readonly name: string;
  readonly breaks: (file: SourceFile) => boolean;
};

const app = /^(?:functions|shared)\//;
const withClock = /^shared\/adapters\//;
/** In two parts each, so that this file does not break its own rule. */
const markers = new RegExp(`\\b(?:${'TO'}${'DO'}|${'FIX'}${'ME'}|${'XX'}${'X'})\\b`);

/** Rules of the house that a file can be held against on its own. */
const rules: readonly Rule[] = [
  {
    name: 'a file is camelCase and not a drawer',
    breaks: ({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      const isCamelCase = /^[a-z][A-Za-z0-9]*(?:\.test)?\.ts$/.test(name);
      return !isCamelCase || /^(?:index|utils?|helpers?)\.ts$/.test(name);
    },
  },
  {
    name: 'nothing is exported on',
    breaks: ({ text }) => /^export\s[^=;(]*?\sfrom\s*['"]/m.test(withoutComments(text)),
  },
  {
    name: 'no default export',
    breaks: ({ text }) => /^export\s+default\b/m.test(withoutComments(text)),
  },
  { name: 'nothing is left to do', breaks: ({ text }) => markers.test(text) },
  {
    name: 'time and chance come from ports',
    breaks: ({ path, text }) =>
      app.test(path) &&
      !withClock.test(path) &&
      /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\)|\brandomUUID\b/.test(withoutComments(text)),
  },
];

/** Every rule that a file breaks, with the file. */
export function brokenRules(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    rules.filter(({ breaks }) => breaks(file)).map(({ name }) => `${file.path}: ${name}`),
  );
}
