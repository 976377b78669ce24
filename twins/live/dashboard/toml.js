/** Reads the plant's file: the part of TOML that programs write (no dates, no dotted keys). */

const SPACE = /\s+|#[^\n]*/;
const STRING = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/;
const SIGN = /\[\[|\]\]|[[\]{}=,.]/;
const WORD = /[A-Za-z0-9_+:-]+(?:\.\d[\w+-]*)?/;
const TOKEN = new RegExp([SPACE, STRING, SIGN, WORD].map(({ source }) => source).join("|"), "gy");
const ASSIGNMENT = /^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)\s*=(.*)$/;

/**
 * The tables of a TOML text as an object.
 *
 * @throws {SyntaxError} what is not of that part of TOML.
 */
export function readToml(text) {
  const root = Object.create(null);
  let table = root;
  for (const { head, rest } of statements(text)) {
    if (rest !== undefined) table[head] = readValue(rest);
    else table = openTable(root, head.path, head.isArray);
  }
  return root;
}

/** Each `[table]` and each `key = value`, which may go on over many lines. */
function* statements(text) {
  let open = null;
  for (const line of text.split("\n")) {
    if (open) {
      open.rest += `\n${line}`;
    } else if (/^\s*(#|$)/.test(line)) {
      continue;
    } else if (/^\s*\[/.test(line)) {
      const isArray = /^\s*\[\[/.test(line);
      const names = tokens(line).filter((token) => !/^[[\].]+$/.test(token));
      yield { head: { path: names.map(readKey), isArray } };
      continue;
    } else {
      const [, key, rest] = ASSIGNMENT.exec(line) ?? fail(line);
      open = { head: readKey(key), rest };
    }
    if (isWhole(open.rest)) {
      yield open;
      open = null;
    }
  }
}

function openTable(root, path, isArray) {
  let table = root;
  path.forEach((name, k) => {
    const isLast = k === path.length - 1;
    if (isArray && isLast) (table[name] ??= []).push(Object.create(null));
    else table[name] ??= Object.create(null);
    table = Array.isArray(table[name]) ? table[name].at(-1) : table[name];
  });
  return table;
}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [token] = TOKEN.exec(text) ?? fail(text);
    if (!/^[\s#]/.test(token)) found.push(...(/^(\[\[|\]\])$/.test(token) ? token : [token]));
  }
  return found;
}

function isWhole(text) {
  const found = tokens(text);
  const count = (token) => found.filter((each) => each === token).length;
  return count("[") === count("]") && count("{") === count("}");
}

function readValue(text) {
  const left = tokens(text);
  const value = take(left);
  return left.length ? fail(text) : value;
}

function take(left) {
  const token = left.shift();
  if (token === "[") {
    const items = [];
    while (left[0] !== "]") {
      items.push(take(left));
      if (left[0] === ",") left.shift();
    }
    left.shift();
    return items;
  }
  if (token === "{") {
    const table = Object.create(null);
    while (left[0] !== "}") {
      const name = readKey(left.shift());
      left.shift();
      table[name] = take(left);
      if (left[0] === ",") left.shift();
    }
    left.shift();
    return table;
  }
  return readScalar(token);
}

function readScalar(token) {
  if (token === undefined) fail("end of the file");
  if (/^["']/.test(token)) return readKey(token);
  if (token === "true" || token === "false") return token === "true";
  const number = Number(token.replaceAll("_", "").replace(/^([+-]?)inf$/, "$1Infinity"));
  return Number.isNaN(number) ? fail(token) : number;
}

function readKey(token) {
  if (token.startsWith("'")) return token.slice(1, -1);
  return token.startsWith('"') ? JSON.parse(token) : token;
}

function fail(text) {
  throw new SyntaxError(`no TOML that is understood: ${text.slice(0, 60)}`);
}
