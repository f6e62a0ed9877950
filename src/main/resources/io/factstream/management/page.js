// The page of the management port. It asks for /api/status every two seconds and shows what it gets; whatever comes from
// the runtime becomes a text node or an attribute, never markup.
'use strict';

const EVERY_MILLIS = 2000;
const SVG = 'http://www.w3.org/2000/svg';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

let status = null;
let openReason = null;
/** Kept for as long as the page is open, and nowhere else. */
let token = null;

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; children that are no nodes become text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  fill(made, attributes, children);
  return made;
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'click') {
      made.addEventListener('click', value);
    } else {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter((child) => child !== null));
}

const number = (value) => (value === null || value === undefined ? '–' : whole.format(value));
const rate = (value) => (value < 10 ? decimal : whole).format(value);
const time = (text) => (text ? text.replace('T', ' ').replace(/\.\d+Z$/, ' UTC').replace(/Z$/, ' UTC') : '–');
const state = (word) => element('span', { class: 'state', 'data-state': word }, word);

function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 90) return `${whole.format(seconds)} s`;
  if (seconds < 5400) return `${whole.format(seconds / 60)} min`;
  if (seconds < 172800) return `${decimal.format(seconds / 3600)} h`;
  return `${decimal.format(seconds / 86400)} d`;
}

/** A lag with its age, where it was not looked at of late; what is not known is not 0. */
function lag(stream, text) {
  if (stream.lagRows === null) return 'unknown';
  const age = (Date.parse(status.now) - Date.parse(stream.lagLookedAt)) / 1000;
  return age < 60 ? text : `${text} (${duration(age)} ago)`;
}

/** A small line of the last minutes, with what it says in words. */
function sparkline(all, label) {
  const values = all.filter((value) => value !== null);
  const most = Math.max(...values, 0);
  const svg = drawing('svg', { class: 'spark', viewBox: '0 0 100 20', preserveAspectRatio: 'none', role: 'img',
    'aria-label': values.length ? `${label}: now ${rate(values[values.length - 1])}, at most ${rate(most)}` : `${label}: nothing yet` });
  if (values.length > 1) {
    const points = values.map((value, i) =>
      `${(i * 100 / (values.length - 1)).toFixed(1)} ${(18.5 - (most ? value / most : 0) * 17).toFixed(1)}`);
    svg.append(drawing('path', { class: 'area', d: `M0 20 L${points.join(' L')} L100 20 Z` }),
      drawing('path', { d: `M${points.join(' L')}` }));
  }
  return svg;
}

/** Replaces the rows of a table, and keeps the focus where it was. */
function rows(tableId, made) {
  const body = byId(tableId).tBodies[0];
  const focused = document.activeElement && body.contains(document.activeElement) ? document.activeElement.id : null;
  body.replaceChildren(...made);
  if (focused && byId(focused)) byId(focused).focus({ preventScroll: true });
}

function showVerdict() {
  const verdict = byId('verdict');
  const failing = status.problems.length;
  const kind = failing ? 'bad' : status.warnings.length ? 'warning' : 'well';
  const text = { bad: 'Something fails', warning: 'Running, with something to look at', well: 'All is well' }[kind];
  const count = status.streams.length;
  const detail = failing
    ? `${failing} ${failing === 1 ? 'thing fails' : 'things fail'}; nothing is lost, and it is tried again`
    : `${count} ${count === 1 ? 'stream' : 'streams'}, ${rate(status.totals.eventsPerSecond)} events a second`;
  if (verdict.dataset.state !== kind) verdict.dataset.state = kind;
  setText('verdict-text', text);
  setText('verdict-detail', detail);
  document.title = `${{ bad: '✕', warning: '!', well: '✓' }[kind]} FactStream`;
}

/** Sets a text only where it changed, so that a screen reader is not told the same again. */
function setText(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function showList(name, items) {
  byId(`${name}-section`).hidden = items.length === 0;
  byId(name).replaceChildren(...items.map((item) => element('li', {}, item)));
}

function showTotals() {
  const totals = status.totals;
  const shown = [['Events a second', rate(totals.eventsPerSecond)], ['Lag in rows', totals.lagRows === null ? 'unknown' : number(totals.lagRows)],
    ['Events sent', number(totals.eventsSent)], ['Dead letters', number(status.deadLetters.size)],
    ['Events that failed, sent again', number(totals.eventsFailed)], ['Session', status.session]];
  byId('totals').replaceChildren(...shown.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value))));
}

function showStreams() {
  const made = [];
  for (const stream of status.streams) {
    const paused = stream.state === 'paused';
    const action = paused ? 'resume' : 'pause';
    const buttons = [element('button', { type: 'button', id: `${action}-${stream.stream}`,
      'aria-label': `${paused ? 'Resume' : 'Pause'} ${stream.stream}`, click: () => act(action, stream.stream) },
      paused ? 'Resume' : 'Pause')];
    if (stream.deadLetters) {
      buttons.push(element('button', { type: 'button', id: `replay-${stream.stream}`,
        'aria-label': `Replay the dead letters of ${stream.stream}`,
        click: () => replay({ stream: stream.stream }, `the ${number(stream.deadLetters)} dead letters of ${stream.stream}`) },
        'Replay'));
    }
    const detail = [(stream.standstill && stream.standstill.rowsWait && stream.standstill.why) || stream.lastError, stream.warning]
      .filter((text) => text).join('; ');
    made.push(element('tr', { class: detail ? 'has-detail' : '', 'data-stream': stream.stream },
      element('th', { scope: 'row' }, stream.stream), element('td', {}, state(stream.state)),
      element('td', { class: 'number' }, rate(stream.eventsPerSecond)),
      element('td', {}, sparkline(stream.history.eventsPerSecond, 'Events a second')),
      element('td', { class: 'number' }, lag(stream, number(stream.lagRows))),
      element('td', {}, sparkline(stream.history.lagRows, 'Lag in rows')),
      element('td', { class: 'number' }, lag(stream, duration(stream.lagSeconds))),
      element('td', {}, stream.watermark || '–'), element('td', { class: 'number' }, number(stream.eventsSent)),
      element('td', { class: 'number' }, number(stream.deadLetters)), element('td', {}, ...buttons)));
    if (detail) {
      made.push(element('tr', { class: 'detail' }, element('td', { colspan: '11' }, detail)));
    }
  }
  for (const stream of status.refused) {
    made.push(element('tr', { class: 'has-detail', 'data-stream': stream.stream },
      element('th', { scope: 'row' }, stream.stream), element('td', { colspan: '10' }, state(stream.state))),
      element('tr', { class: 'detail' }, element('td', { colspan: '11' }, stream.lastError)));
  }
  rows('streams', made);
}

function showHubs() {
  rows('hubs', status.hubs.map((hub) => element('tr', {}, element('th', { scope: 'row' }, hub.hub),
    element('td', {}, state(hub.state)), element('td', {}, state(hub.breaker)),
    element('td', { class: 'number' }, number(hub.trips)), element('td', { class: 'number' }, number(hub.failures)),
    element('td', { class: 'number' }, number(hub.throttled)), element('td', { class: hub.lastError ? 'error' : '' }, hub.lastError || hub.notice || ''))));
}

/** Source, streams, and the partitions of their hubs; a line's width is its share of the fastest. */
function showFlow() {
  const streams = status.streams;
  const ends = new Map();
  for (const stream of streams) {
    for (const partition of Object.keys(stream.partitions)) ends.set(`${stream.hub}\n${partition}`, { hub: stream.hub, partition });
    if (Object.keys(stream.partitions).length === 0) ends.set(`${stream.hub}\n`, { hub: stream.hub, partition: '' });
  }
  for (const key of [...ends.keys()]) {
    if (key.endsWith('\n') && [...ends.keys()].some((other) => other !== key && other.startsWith(key))) ends.delete(key);
  }
  const keys = [...ends.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const height = Math.max(streams.length * 34, keys.length * 24, 60) + 20;
  const streamY = new Map(streams.map((stream, i) => [stream.stream, (i + 0.5) * (height / streams.length)]));
  const endY = new Map(keys.map((key, i) => [key, (i + 0.5) * (height / keys.length)]));
  const fastest = Math.max(...streams.map((stream) => stream.eventsPerSecond), 0);
  const width = (perSecond) => (fastest > 0 && perSecond > 0 ? 1.5 + 12 * perSecond / fastest : 1).toFixed(1);
  const line = (x1, y1, x2, y2, perSecond, word) => drawing('path', { class: 'line', 'data-state': word,
    'stroke-width': width(perSecond),
    d: `M${x1} ${y1.toFixed(1)} C${(x1 + x2) / 2} ${y1.toFixed(1)} ${(x1 + x2) / 2} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}` });
  const said = streams.map((stream) => `${stream.stream} is ${stream.state}, ${rate(stream.eventsPerSecond)} events a second to ${stream.hub}`);
  const svg = drawing('svg', { viewBox: `0 0 900 ${height}`, role: 'img', 'aria-label': `Flow: ${said.join('; ')}` });
  for (const stream of streams) {
    const y = streamY.get(stream.stream);
    svg.append(line(120, height / 2, 300, y, stream.eventsPerSecond, stream.state));
    const known = Object.entries(stream.partitions);
    if (known.length === 0) {
      const end = endY.get(`${stream.hub}\n`) ?? endY.get(keys.find((key) => key.startsWith(`${stream.hub}\n`)));
      svg.append(line(520, y, 740, end, 0, stream.state));
    }
    for (const [partition, perSecond] of known) {
      svg.append(line(520, y, 740, endY.get(`${stream.hub}\n${partition}`), perSecond, stream.state));
    }
  }
  svg.append(drawing('rect', { x: 20, y: height / 2 - 16, width: 100, height: 32, rx: 6 }),
    drawing('text', { x: 70, y: height / 2 + 4, 'text-anchor': 'middle' }, 'source'));
  for (const stream of streams) {
    const y = streamY.get(stream.stream);
    svg.append(drawing('rect', { x: 300, y: y - 14, width: 220, height: 28, rx: 6, 'data-state': stream.state }),
      drawing('text', { x: 312, y: y + 4 }, stream.stream),
      drawing('text', { class: 'faint', x: 510, y: y + 4, 'text-anchor': 'end' }, `${rate(stream.eventsPerSecond)}/s`));
  }
  for (const [key, end] of ends) {
    svg.append(drawing('text', { x: 748, y: endY.get(key) + 4 }, end.partition === '' ? end.hub : `${end.hub} / ${end.partition}`));
  }
  byId('flow').replaceChildren(svg);
}

function showLetters() {
  const letters = status.deadLetters;
  const reasons = Object.entries(letters.byCategory || {}).sort((a, b) => b[1] - a[1]);
  byId('letters-summary').textContent = letters.size === undefined ? 'They cannot be read.'
    : letters.size === 0 ? 'None: every event is delivered, or waits to be sent again.'
      : `${number(letters.size)}, the oldest of ${time(letters.oldest)}. They are kept until they are replayed or purged.`;
  const focused = document.activeElement ? document.activeElement.id : null;
  byId('letters-reasons').replaceChildren(...reasons.map(([reason, count]) => element('p', {},
    element('button', { type: 'button', id: `reason-${reason}`, 'aria-expanded': String(openReason === reason),
      click: () => toggle(reason) }, `${reason}: ${number(count)}`), ' ',
    element('button', { type: 'button', id: `replay-reason-${reason}`, 'aria-label': `Replay dead letters: ${reason}`,
      click: () => replay({ category: reason }, `the ${number(count)} dead letters of the kind ${reason}`) }, 'Replay'))));
  if (focused && focused.includes('reason-') && byId(focused)) byId(focused).focus({ preventScroll: true });
  if (openReason && !(openReason in (letters.byCategory || {}))) {
    openReason = null;
    byId('letters-list').replaceChildren();
  }
}

async function toggle(reason) {
  openReason = openReason === reason ? null : reason;
  await showReason();
}

/** The letters of the reason that is open, as the store has them now. */
async function showReason() {
  const found = openReason ? await ask(`/api/dead-letters?category=${encodeURIComponent(openReason)}`) : null;
  if (!found || found.deadLetters.length === 0) {
    openReason = null;
    byId('letters-list').replaceChildren();
    showLetters();
    return;
  }
  const body = element('tbody', {}, ...found.deadLetters.map((letter) => element('tr', {},
    element('th', { scope: 'row' }, letter.stream), element('td', {}, letter.traceId),
    element('td', {}, time(letter.lastFailed)), element('td', { class: 'number' }, number(letter.attempts)),
    element('td', { class: 'error' }, letter.error),
    element('td', {}, element('button', { type: 'button', 'aria-label': `Look into ${letter.traceId}`,
      click: () => look(letter.id) }, 'Look'),
    element('button', { type: 'button', 'aria-label': `Replay ${letter.traceId}`,
      click: () => replayOne(letter) }, 'Replay')))));
  const titles = ['Stream', 'Trace id', 'Last failed', 'Attempts', 'Why', 'Actions'];
  byId('letters-list').replaceChildren(element('div', { class: 'scroll' }, element('table', {},
    element('caption', {}, `${openReason}: the ${number(found.deadLetters.length)} stored first`),
    element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))), body)));
  showLetters();
}

async function look(id) {
  const letter = await ask(`/api/dead-letters/${encodeURIComponent(id)}`);
  if (!letter) return;
  const fields = [['Stream', letter.stream], ['Trace id', letter.traceId], ['Why', letter.error], ['Kind', `${letter.category}, ${letter.severity}`],
    ['First failed', time(letter.firstFailed)], ['Last failed', time(letter.lastFailed)], ['Attempts', number(letter.attempts)],
    ['Hub', letter.hub], ['Partition', letter.partition || '–'], ['Position', letter.position], ['Session', letter.session], ['Id', letter.id]];
  byId('letter-fields').replaceChildren(...fields.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
  byId('letter-event').textContent = letter.event === undefined ? `no text; in base64: ${letter.eventBase64}` : pretty(letter.event);
  byId('letter').showModal();
}

function pretty(text) {
  try {
    // Only where the numbers survive it: large ones would be rounded.
    return /\d{16}/.test(text) ? text : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function showSessions() {
  rows('sessions', (status.sessions || []).map((session) => element('tr', {}, element('th', { scope: 'row' }, session.session),
    element('td', {}, time(session.started)), element('td', {}, time(session.ended)),
    element('td', {}, state(session.outcome)), element('td', { class: 'number' }, number(session.rowsRead)),
    element('td', { class: 'number' }, number(session.eventsSent)), element('td', { class: 'number' }, number(session.eventsDeadLettered)))));
  const actions = status.actions || [];
  byId('actions').replaceChildren(...(actions.length ? actions.map((action) =>
    element('li', {}, `${time(action.at)}: ${action.action} ${action.subject} by ${action.who}${action.detail ? ` (${action.detail})` : ''}`))
    : [element('li', {}, status.stateError || 'Nothing yet.')]));
}

/** Asks a person; resolves with true, or with the text of the field, when the answer is yes. */
function confirmed(title, text, yes, withField = false) {
  const dialog = byId('question');
  byId('question-title').textContent = title;
  byId('question-text').textContent = text;
  byId('question-yes').textContent = yes;
  byId('question-field').hidden = !withField;
  byId('question-input').value = '';
  dialog.returnValue = '';
  return new Promise((resolve) => {
    dialog.addEventListener('close', () =>
      resolve(dialog.returnValue === 'yes' && (withField ? byId('question-input').value : true)), { once: true });
    dialog.showModal();
    byId(withField ? 'question-input' : 'question-cancel').focus();
  });
}

async function askForToken() {
  token = await confirmed('Token', 'Dead letters and actions need the token of this port.', 'Use it', true) || null;
  return token !== null;
}

/** Asks the port; null when it refused, which is shown. */
async function ask(path, method = 'GET', body = undefined) {
  if (status && status.needsToken && !token && !(await askForToken())) return null;
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const result = await answer.json();
    if (answer.ok) return result;
    if (answer.status === 403) token = null;
    say(result.error);
  } catch (failure) {
    say(`No answer: ${failure.message}`);
  }
  return null;
}

async function act(action, stream) {
  const text = action === 'pause'
    ? 'It finishes the page under way and then reads nothing, until it is resumed or FactStream is started again. Nothing is lost.'
    : 'It goes on from its watermark.';
  const title = `${action === 'pause' ? 'Pause' : 'Resume'} ${stream}?`;
  if (await confirmed(title, text, action === 'pause' ? 'Pause' : 'Resume')) {
    await done(await ask(`/api/streams/${encodeURIComponent(stream)}/${action}`, 'POST', {}), stream);
  }
}

async function replay(which, words) {
  if (await confirmed('Replay?', `This sends ${words} again, with the same ids. Those that fail again stay.`, 'Replay')) {
    say('Sending …');
    await done(await ask('/api/dead-letters/replay', 'POST', which), 'Replay');
  }
}

async function replayOne(letter) {
  if (await confirmed('Replay?', `This sends ${letter.traceId} again, with the same id.`, 'Replay')) {
    await done(await ask(`/api/dead-letters/${encodeURIComponent(letter.id)}/replay`, 'POST', {}), 'Replay');
  }
}

async function done(result, what) {
  if (!result) return;
  say(`${what}: ${result.done}`);
  await showReason();
  await refresh();
}

let silence;
function say(text) {
  byId('message').textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { byId('message').textContent = ''; }, 8000);
}

async function refresh() {
  try {
    const answer = await fetch('/api/status');
    if (!answer.ok) throw new Error(`answer ${answer.status}`);
    status = await answer.json();
    showVerdict();
    showTotals();
    showList('problems', status.problems);
    showList('warnings', status.warnings);
    showStreams();
    showFlow();
    showHubs();
    showLetters();
    showSessions();
    byId('token').hidden = !status.needsToken;
    byId('refreshed').textContent = `As of ${time(status.now)}`;
  } catch (failure) {
    byId('verdict').dataset.state = 'bad';
    setText('verdict-text', 'FactStream gives no answer');
    setText('verdict-detail', `${failure.message}. What is shown below is old.`);
    document.title = '✕ FactStream';
  }
}

async function keepRefreshing() {
  if (!document.hidden || !status) await refresh();
  setTimeout(keepRefreshing, EVERY_MILLIS);
}

byId('token').addEventListener('click', askForToken);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
keepRefreshing();
