/** Parts of pages: what they say, to whoever looks and whoever listens. */
import type { Child } from 'hono/jsx';
import { Chip, StateChip } from '../../src/console/parts/chip.tsx';
import { Equation } from '../../src/console/parts/equation.tsx';
import { Faults, Field, Form, Reason, Select } from '../../src/console/parts/form.tsx';
import { Signed, grouped, signed } from '../../src/console/parts/numbers.tsx';
import { Pager } from '../../src/console/parts/pager.tsx';
import { ProgressBar } from '../../src/console/parts/progress.tsx';
import { Table } from '../../src/console/parts/table.tsx';
import { Tabs } from '../../src/console/parts/tabs.tsx';
import { NearTime, ShortTime, Time } from '../../src/console/parts/times.tsx';
import { addressOf } from '../../src/console/parts/addresses.ts';
import { RUN_STATES } from '../../src/ledger/runs.ts';
import { NOTICE_STATES } from '../../src/outbox/outbox.ts';
import { ACCOUNT_STATUSES } from '../../src/domain/account.ts';

const html = (element: { toString(): string | Promise<string> }): string => element.toString() as string;
const text = (element: Child): string =>
  html(<>{element}</>)
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const AT = Date.parse('2026-11-29T07:05:42Z');

describe('numbers', () => {
  it('are grouped, and signed with a minus of their own width', () => {
    expect([grouped(1_234_567), grouped(-74), signed(80), signed(-74), signed(0)]).toEqual([
      '1,234,567',
      '−74',
      '+80',
      '−74',
      '0',
    ]);
    expect(html(<Signed value={-74} lost />)).toContain('lost');
  });
});

describe('times', () => {
  it('are of a zone, with UTC for whoever points at them', () => {
    const shown = html(<Time at={AT} zone="America/Denver" />);
    expect(shown).toContain('title="2026-11-29 07:05:42 UTC"');
    expect(shown).toContain('>29 Nov 2026, 00:05:42<');
    expect(text(<Time at={AT} />)).toBe('29 Nov 2026, 07:05:42 UTC');
  });

  it('are relative where they are near, and whole where they are not', () => {
    expect(text(<NearTime at={AT - 300_000} now={AT} />)).toBe('5 min ago');
    expect(text(<NearTime at={AT + 240_000} now={AT} />)).toBe('in 4 min');
    expect(text(<NearTime at={AT - 2 * 86_400_000} now={AT} />)).toBe('27 Nov 2026, 07:05:42 UTC');
  });

  it('say the day where it is another, by the days of their zone', () => {
    expect(text(<ShortTime at={AT} now={AT} />)).toBe('07:05');
    expect(text(<ShortTime at={AT - 86_400_000} now={AT} />)).toBe('28 Nov, 07:05');
    expect(text(<ShortTime at={AT - 400 * 86_400_000} now={AT} />)).toBe('25 Oct 2025');
    // Four minutes apart, and midnight in Denver between them.
    const midnight = Date.parse('2026-11-29T07:00:00Z');
    expect(text(<ShortTime at={midnight - 120_000} now={midnight + 120_000} zone="America/Denver" />)).toBe(
      '28 Nov, 23:58',
    );
  });
});

describe('a status', () => {
  it('is an icon, a word and a colour, for every state there is', () => {
    const states = [
      ...RUN_STATES.map((state) => ['run', state] as const),
      ...NOTICE_STATES.map((state) => ['notice', state] as const),
      ...ACCOUNT_STATUSES.map((state) => ['account', state] as const),
      ...(['awaiting-approval', 'running', 'paused', 'completed', 'cancelled'] as const).map(
        (state) => ['backfill', state] as const,
      ),
    ];
    for (const [of, state] of states) {
      const chip = html(<StateChip of={of} state={state} />);
      expect(chip).toMatch(/<span class="chip (ok|run|warn|bad|mute)"><svg class="i"/);
      // Its word, as people say it: none is shown as it is stored.
      expect(text(<StateChip of={of} state={state} />)).toMatch(/^[A-Z][a-z]/);
    }
  });

  it('that nobody has drawn yet is shown as it is called', () => {
    expect(text(<StateChip of="run" state="resting" />)).toBe('resting');
    expect(html(<Chip tone="ok">done</Chip>)).toBe('<span class="chip plain ok">done</span>');
  });
});

describe('sums', () => {
  it('are equations', () => {
    const terms = [
      { count: 17_240, word: 'settled' },
      { count: 7, word: 'failed' },
      { count: 2, word: 'taken back', minus: true },
    ];
    expect(text(<Equation terms={terms} sum={{ count: 17_245, word: 'due' }} />)).toMatch(
      /^17,240 settled ?\+ ?7 failed ?− ?2 taken back ?= ?17,245 due$/,
    );
  });

  it('are bars that say in words how far they are', () => {
    const bar = html(<ProgressBar settled={50} failed={25} remaining={25} skipped={0} />);
    expect(bar).toContain('aria-label="50 of 100 settled"');
    expect(bar).toMatch(/x="0" y="0" width="500"[\s\S]*x="500" y="0" width="250" height="10" class="f-bad"/);
    expect(html(<ProgressBar settled={0} failed={0} remaining={0} skipped={0} />)).toContain('0 of 0');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'Run', cell: (row: number) => `run ${row}` },
    { title: 'Due', numeric: true, wide: true, cell: (row: number) => row },
  ];

  it('names its rows and columns, and can be scrolled by keyboard', () => {
    const shown = html(<Table caption="Runs" columns={columns} rows={[7]} empty="none" />);
    expect(shown).toContain('tabindex="0" role="region" aria-label="Runs"');
    expect(shown).toContain('<th scope="col" class="n p2">Due</th>');
    expect(shown).toContain('<th scope="row">run 7</th><td class="n p2">7</td>');
  });

  it('says why it is empty instead of showing nothing', () => {
    expect(html(<Table caption="Runs" columns={columns} rows={[]} empty={<p>No run yet.</p>} />)).toBe(
      '<p>No run yet.</p>',
    );
  });

  it('has rows across all columns', () => {
    const across = (row: number) => (row === 0 ? { className: 'fold', content: 'many' } : undefined);
    expect(html(<Table caption="Runs" columns={columns} rows={[0]} across={across} empty="" />)).toContain(
      '<tr class="fold"><td colspan="2">many</td></tr>',
    );
  });
});

describe('links', () => {
  it('keep filters in the address, and leave out what is empty', () => {
    expect(addressOf('/failures', { code: 'a b', run: 7, plan: undefined, q: '' })).toBe(
      '/failures?code=a+b&run=7',
    );
    expect(addressOf('/runs')).toBe('/runs');
  });

  it('say which is current, and lead on only where there is more', () => {
    const choices = [
      { label: 'All', href: '/runs', current: true, count: 1_200 },
      { label: 'Sweeps', href: '/runs?kind=sweep', current: false },
    ];
    expect(html(<Tabs label="Kind" choices={choices} />)).toMatch(
      /<a href="\/runs" aria-current="true">All<b> 1,200<\/b><\/a><a href="\/runs\?kind=sweep">/,
    );
    expect(html(<Pager older="/runs?before=7" />)).toMatch(/rel="next">Older/);
    expect(html(<Pager />)).not.toContain('<nav');
  });
});

describe('a form', () => {
  it('carries the token where it changes something, and none where it filters', () => {
    expect(html(<Form action="/x" token="secret" />)).toContain('name="token" value="secret"');
    expect(html(<Form action="/x" method="get" token="secret" />)).not.toContain('secret');
  });

  it('ties labels, hints and faults to their fields', () => {
    const field = html(
      <Field name="rate" label="Rate" hint="a second" fault="expected a number" value={'"x"'} />,
    );
    expect(field).toContain('<label for="f-rate">Rate</label>');
    expect(field).toContain('aria-invalid="true" aria-describedby="f-rate-told"');
    expect(field).toContain('<span id="f-rate-told" class="fault">expected a number</span>');
    expect(field).toContain('value="&quot;x&quot;"');
    expect(html(<Reason />)).toMatch(/name="reason"[^>]*required=""[^>]*maxlength="500"/);
    expect(
      html(
        <Select
          name="plan"
          label="Plan"
          value="plus"
          options={[
            ['basic', 'Basic'],
            ['plus', 'Plus'],
          ]}
        />,
      ),
    ).toMatch(/<option value="basic">Basic<\/option><option value="plus" selected="">Plus/);
  });

  it('that was not taken says all that is wrong, with a way to each field', () => {
    const faults = [{ name: 'rate', what: 'expected a number' }, { what: 'the number has changed' }];
    const shown = html(<Faults faults={faults} />);
    expect(shown).toContain('role="alert"');
    expect(shown).toContain('<a class="link" href="#f-rate">expected a number</a>');
    expect(shown).toContain('<li>the number has changed</li>');
    expect(html(<Faults faults={[]} />)).toBe('');
  });
});
