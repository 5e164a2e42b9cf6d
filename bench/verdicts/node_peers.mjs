// What peers from the npm registry say to messages: JSON cases on stdin, a JSON list of true (accepted) or false on stdout.
// verdicts/run.py hands this text to node in the folder that the packages are installed in.
import { readFileSync } from 'node:fs';

const load = async (name) => {
  const found = await import(name);
  return typeof found.default === 'function' ? found.default : { ...found, ...found.default };
};
const preset = async (name) => (await (await load(name))()).parser;

async function commitlint(ask, message) {
  if (ask.ignored) return (await load('@commitlint/is-ignored'))(message);
  if (ask.config) {
    const { rules } = await load('@commitlint/config-conventional');
    const parserOpts = await preset('conventional-changelog-conventionalcommits');
    const report = await (await load('@commitlint/lint'))(message, rules, { parserOpts });
    return report.valid && (!ask.warnings || report.warnings.length === 0);
  }
  const { default: rules } = await import('@commitlint/rules');
  const options = ask.preset ? await preset(ask.preset) : ask.parser;
  const parsed = await (await load('@commitlint/parse'))(message, undefined, options);
  return rules[ask.rule](parsed, ask.when, ask.value)[0];
}

async function changelogParser(ask, message) {
  const { CommitParser } = await import('conventional-commits-parser');
  const patterns = Object.entries(ask.options ?? {}).map(([key, value]) => [key, key.endsWith('Pattern') ? new RegExp(value) : value]);
  const parsed = new CommitParser(Object.fromEntries(patterns)).parse(message);
  if (ask.wants === 'references') return parsed.references.length > 0;
  if (ask.wants === 'notes') return parsed.notes.length === 0; // a note is what our `breaking: forbid` refuses
  return parsed.type != null;
}

const JUDGES = {
  commitlint,
  'conventional-commits-parser': changelogParser,
  '@conventional-commits/parser': async (_, message) => {
    try {
      return Boolean((await load('@conventional-commits/parser')).parser(message));
    } catch {
      return false;
    }
  },
  'issue-parser': async (ask, message) => {
    const found = (await load('issue-parser'))(ask.options ?? ask.host ?? 'default')(message);
    return found.refs.length > 0 || Object.values(found.actions).some((refs) => refs.length > 0);
  },
  'DCO app': async (ask, message, people) => {
    const judge = (await import(`${process.cwd()}/dco/lib/dco.js`)).default;
    const commit = { message, author: people.author, committer: people.committer, verification: { verified: Boolean(ask.verified) } };
    const author = ask.bot ? { login: 'x', type: 'Bot' } : { login: 'x' };
    const parents = ask.merge ? [1, 2] : [];
    return (await judge([{ commit, author, parents, sha: 'a' }], async () => !ask.member, '', {}))?.length === 0;
  },
};

const verdicts = [];
for (const { peer, ask, message, people } of JSON.parse(readFileSync(0, 'utf8'))) {
  verdicts.push(await JUDGES[peer](ask, message, people).catch(() => null)); // null: it has no verdict, it broke down
}
console.log(JSON.stringify(verdicts));
