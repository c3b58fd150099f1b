import { importsOf, type SourceFile, withoutComments } from './sourceFile.ts';

/** In two parts each, so that this file has none of it. */
const fromText = new RegExp(
  [
    `\\b${'ev'}al\\s*\\(`,
    `\\b(?:new\\s+)?${'Func'}tion\\s*\\(`,
    `\\b(?:setTimeout|setInterval)\\s*\\(\\s*['"\`]`,
    `\\bprocess\\.(?:binding|dlopen)\\b`,
    `\\bimport\\(\\s*['"\`]data:`,
  ].join('|'),
);
/** Modules that run other code: from text, in other threads, or as other programs. */
const runners = /^(?:node:)?(?:vm|child_process|worker_threads|cluster|inspector|repl)(?:\/|$)/;
/** Tools that measure or test the app as a process of its own. What is shipped starts nothing. */
const mayRun = /^(?:bench|tests)\//;

/** Every file that makes code from text, or runs other code than what it imports. */
export function dynamicCode(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const { path } = file;
    const made = path.startsWith('tests/') ? undefined : fromText.exec(withoutComments(file.text));
    const run = mayRun.test(path) ? [] : importsOf(file).filter((name) => runners.test(name));
    return [...(made ? [made[0]] : []), ...run].map((what) => `${path}: ${what}`);
  });
}
