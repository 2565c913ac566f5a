/**
 * The one script of the console, for browsers that run it; every page works without.
 *
 * `/` goes to the search. An element with `data-live="/live/NAME"` is replaced by what the server sends under that
 * name, unless somebody has paused it, looks at another tab, asked for less motion, or is typing or selecting in it.
 * A button with `data-copy="ID"` copies the text of that field.
 */
export const SCRIPT = `(() => {
  'use strict';
  const RETRY_MS = 5000;
  const search = document.querySelector('input[name="q"][type="search"]');
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(document.activeElement)) return;
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  function isTyping(element) {
    return element !== null && (/^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName) || element.isContentEditable);
  }

  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener('click', () => {
      const field = document.getElementById(button.dataset.copy);
      navigator.clipboard.writeText(field.value).then(() => { button.textContent = 'Copied'; }, () => field.select());
    });
  }

  const places = [...document.querySelectorAll('[data-live]')];
  const bar = document.querySelector('[data-live-bar]');
  if (places.length === 0 || !bar || !('EventSource' in window)) return;
  const button = bar.querySelector('button');
  const word = bar.querySelector('[data-live-word]');
  const dot = bar.querySelector('.dot');
  const clock = bar.querySelector('time');
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const nameOf = (place) => place.dataset.live.replace(/^[/]live[/]/, '');
  const byName = new Map(places.map((place) => [nameOf(place), place]));
  const address = '/live?' + [...byName.keys()].map((name) => 'of=' + encodeURIComponent(name)).join('&');
  const shown = new Map();
  let chosen, source, timer;

  const paused = () => (chosen === undefined ? still.matches : chosen);
  button.addEventListener('click', () => { chosen = !paused(); settle(); });
  document.addEventListener('visibilitychange', settle);
  still.addEventListener('change', settle);
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', settle);
  settle();

  function settle() {
    const off = paused();
    button.hidden = dot.hidden = false;
    bar.classList.toggle('paused', off);
    word.textContent = off ? 'Paused' : 'Live';
    button.textContent = off ? 'Resume' : 'Pause';
    if (off || document.hidden) close(); else listen();
  }

  function listen() {
    if (source) return;
    clearTimeout(timer);
    source = new EventSource(address);
    source.addEventListener('open', () => tell('Live'));
    source.addEventListener('fragment', (event) => {
      const end = event.data.indexOf('\\n');
      const name = event.data.slice(0, end);
      const place = byName.get(name);
      if (!place || isBusy(place) || shown.get(name) === event.data) return;
      shown.set(name, event.data);
      replace(place, event.data.slice(end + 1));
    });
    source.addEventListener('time', (event) => show(event.data));
    source.addEventListener('again', () => { close(); listen(); });
    source.addEventListener('end', later);
    // A browser tries again by itself, unless it was refused.
    source.onerror = () => { tell('Not live'); if (source.readyState === EventSource.CLOSED) later(); };
  }

  function tell(what) {
    if (!paused()) word.textContent = what;
    bar.classList.toggle('paused', paused() || what !== 'Live');
  }

  function later() {
    tell('Not live');
    close();
    timer = setTimeout(settle, RETRY_MS);
  }

  function close() {
    clearTimeout(timer);
    if (source) source.close();
    source = undefined;
  }

  function show(instant) {
    if (!clock) return;
    clock.dateTime = instant;
    clock.textContent = instant.slice(11, 19) + ' UTC';
  }

  function isBusy(place) {
    const selection = document.getSelection();
    const selects = selection && !selection.isCollapsed && place.contains(selection.anchorNode);
    return selects || (place.contains(document.activeElement) && isTyping(document.activeElement));
  }

  // What is alike before and after, in order: where the focus was, what was scrolled, what was opened.
  function replace(place, html) {
    const reached = 'a[href], button, summary, [tabindex]';
    const focused = [...place.querySelectorAll(reached)].indexOf(document.activeElement);
    const address = focused >= 0 ? document.activeElement.getAttribute('href') : null;
    const scrolled = [...place.querySelectorAll('.scroll')].map((one) => [one.scrollLeft, one.scrollTop]);
    const opened = [...place.querySelectorAll('details')].map((one) => one.open);
    place.innerHTML = html;
    [...place.querySelectorAll('.scroll')].forEach((one, at) => {
      if (scrolled[at]) [one.scrollLeft, one.scrollTop] = scrolled[at];
    });
    [...place.querySelectorAll('details')].forEach((one, at) => { if (opened[at] !== undefined) one.open = opened[at]; });
    if (focused < 0) return;
    const after = [...place.querySelectorAll(reached)];
    const same = after.find((one) => address !== null && one.getAttribute('href') === address) || after[focused];
    if (same) same.focus({ preventScroll: true });
  }
})();
`;
