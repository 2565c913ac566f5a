/** Terms: the numbers in force, every version with what it changed and which runs pinned it, and trying a new one. */
import { localDateOf } from '../../domain/calendar.ts';
import { type Terms, parseTerms } from '../../domain/terms.ts';
import { messageOf } from '../../errors.ts';
import { type ApplyTermsOutcome, applyTerms } from '../../operations/upkeep/apply-terms.ts';
import { programRules } from '../../reports/program-rules.ts';
import { type TermsBook, readTermsBook, termsDifferences } from '../../reports/terms-book.ts';
import { type ChangeForm, readChangeForm } from '../change-form.ts';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Checkbox, type Fault, Faults, Form, Reason, Submit } from '../parts/form.tsx';
import { Say } from '../parts/say.tsx';
import { may, operator, viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { Diff } from './audit-table.tsx';
import { InForce, ToCome, Versions } from './terms-parts.tsx';

/** Faults that are told of one text. */
const FAULTS_SHOWN = 30;

export function addTermsPages(site: Site): void {
  const { app, pages } = site;
  pages.get('/terms', viewer, async (context) => {
    const book = await readTermsBook(app.readDb);
    const applied = Number(context.req.query('applied'));
    return site.render(
      context,
      {
        title: 'Terms',
        section: 'terms',
        sub: 'The numbers that the program grants by. A run pins one version; each settled cycle records it.',
        actions: may(context.get('user'), 'change') ? (
          <a class="btn" href="/terms/new">
            Try a new version
          </a>
        ) : undefined,
      },
      <>
        {applied > 0 ? (
          <Say
            tone="ok"
            role="status"
            sentence={`Done: runs from now on go by version ${applied.toFixed(0)}.`}
          />
        ) : (
          ''
        )}
        <Book book={book} />
      </>,
    );
  });
  pages.get('/terms/new', operator, async (context) => {
    // What is edited becomes the latest: of a replica that is behind, it would take back what it lacks.
    const { versions } = await readTermsBook(app.db);
    const text = JSON.stringify(versions[0]?.terms ?? [], null, 2);
    return showNew(site, context, { text, despiteAwards: false, faults: [] });
  });
  pages.post('/terms/try', operator, async (context) => {
    const form = await readChangeForm(context);
    return showNew(site, context, await tried(site, form));
  });
  pages.post('/terms/apply', operator, async (context) => {
    const form = await readChangeForm(context);
    const outcome = await tried(site, form);
    if (outcome.faults.length > 0 || outcome.terms === undefined) return showNew(site, context, outcome);
    if (form.reasonFault !== undefined)
      return showNew(site, context, { ...outcome, faults: [{ name: 'reason', what: form.reasonFault }] });
    const { terms, despiteAwards } = outcome;
    const { actor, reason } = form;
    const applied = await applyTerms(app, { terms, actor, reason, dryRun: false, despiteAwards });
    if (applied.outcome === 'applied')
      return context.redirect(addressOf('/terms', { applied: applied.version }), 303);
    return showNew(site, context, { ...outcome, applied, faults: faultsOf(applied) });
  });
}

function Book({ book }: { readonly book: TermsBook }) {
  const [latest] = book.versions;
  if (!latest)
    return (
      <Card bare>
        <Empty sentence="There are no terms yet.">
          The first version is stored when the database is migrated.
        </Empty>
      </Card>
    );
  const rules = programRules(latest.terms, localDateOf(book.now, 'UTC'));
  return (
    <>
      <InForce book={book} latest={latest} />
      {book.toCome.length === 0 ? '' : <ToCome rows={book.toCome} before={book.inForce} />}
      <Versions versions={book.versions} />
      <Card title="The rules in sentences">
        <ul class="sentences">
          {rules.rules.map(({ text }) => (
            <li>{text}</li>
          ))}
          <li>{rules.rewards}</li>
        </ul>
      </Card>
    </>
  );
}

// ------------------------------------------------------------------------------------------- a new version

interface Tried {
  readonly text: string;
  readonly despiteAwards: boolean;
  readonly faults: readonly Fault[];
  /** Undefined where the text holds none. */
  readonly terms?: Terms;
  /** What applying them would come to; undefined where that was not tried. */
  readonly applied?: ApplyTermsOutcome;
}

/** As `terms apply --dry-run` does it. */
async function tried({ app }: Site, form: ChangeForm): Promise<Tried> {
  const text = form.field('terms') ?? '';
  const asked = { text, despiteAwards: form.field('despite') !== undefined };
  const parsed = parseText(text);
  if ('faults' in parsed) return { ...asked, ...parsed };
  const { terms } = parsed;
  const request = { terms, actor: form.actor, reason: 'dry run', dryRun: true };
  const applied = await applyTerms(app, { ...request, despiteAwards: asked.despiteAwards });
  return { ...asked, terms, applied, faults: faultsOf(applied) };
}

const WORDS_SHOWN = 160;

function parseText(text: string): { readonly terms: Terms } | { readonly faults: readonly Fault[] } {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return {
      faults: [{ name: 'terms', what: `This is no JSON: ${messageOf(error).slice(0, WORDS_SHOWN)}` }],
    };
  }
  const parsed = parseTerms(input);
  return parsed.ok ? { terms: parsed.terms } : { faults: toldOf(parsed.faults) };
}

const faultsOf = (applied: ApplyTermsOutcome): Fault[] =>
  applied.outcome === 'refused' ? toldOf(applied.faults) : [];

function toldOf(faults: readonly { readonly where: string; readonly what: string }[]): Fault[] {
  const told = faults
    .slice(0, FAULTS_SHOWN)
    .map(({ where, what }) => ({ name: 'terms', what: `${where}: ${what}` }));
  const more = faults.length - told.length;
  return more > 0 ? [...told, { name: 'terms', what: `and ${more} more` }] : told;
}

async function showNew(site: Site, context: PageContext, props: Tried): Promise<Response> {
  const { text, despiteAwards, faults, terms, applied } = props;
  const token = context.get('formToken');
  const title = 'Try a new version';
  return site.render(
    context,
    {
      title,
      section: 'terms',
      crumbs: [{ label: 'Terms', href: '/terms' }, { label: title }],
      ...(faults.length > 0 && { status: 422 }),
    },
    <>
      <Faults faults={faults} />
      {applied === undefined || terms === undefined ? '' : <Told applied={applied} />}
      {applied?.outcome === 'applied' && terms ? (
        <ApplyCard {...props} terms={terms} before={await latestTerms(site)} token={token} />
      ) : (
        ''
      )}
      <Card title="The numbers">
        <Form action="/terms/try" token={token} label={title}>
          <div class="l">
            <label for="f-terms">Terms, as JSON: the rows of every date, the first first</label>
            <textarea
              class="field code"
              id="f-terms"
              name="terms"
              required
              spellcheck={false}
              rows={28}
              aria-invalid={faults.some((one) => one.name === 'terms') ? 'true' : undefined}
            >
              {text}
            </textarea>
            <span class="hint">
              It begins as what is in force. Rows that anything was settled by must stay as they are.
            </span>
          </div>
          <DespiteAwards checked={despiteAwards} />
          <div>
            <Submit>Try it, and change nothing</Submit>
          </div>
        </Form>
      </Card>
    </>,
  );
}

const latestTerms = async ({ app }: Site): Promise<Terms> =>
  (await readTermsBook(app.db)).versions[0]?.terms ?? [];

const Told = ({ applied }: { readonly applied: ApplyTermsOutcome }) => {
  if (applied.outcome === 'refused')
    return (
      <Say
        tone="bad"
        sentence="These terms cannot be stored: something was settled by numbers that they change."
      />
    );
  if (applied.outcome === 'unchanged')
    return (
      <Say tone="mute" sentence={`The same terms are in force already, as version ${applied.version}.`} />
    );
  return (
    <Say
      tone="ok"
      sentence={`These terms can be stored, as version ${applied.version}. Nothing was changed yet.`}
    >
      Runs from then on go by them; what was granted before stays as it was.
    </Say>
  );
};

const DespiteAwards = ({ checked }: { readonly checked: boolean }) => (
  <Checkbox
    name="despite"
    checked={checked}
    label="Also where awards and upgrades were posted by numbers that change: they stay as they are"
  />
);

interface ApplyProps extends Tried {
  readonly terms: Terms;
  readonly before: Terms;
  readonly token: string | undefined;
}

const ApplyCard = ({ text, despiteAwards, terms, before, token, faults }: ApplyProps) => (
  <Card title="What it changes">
    <div class="stack">
      <p>
        <Diff differences={termsDifferences(before, terms)} />
      </p>
      <Form action="/terms/apply" token={token} label="Store it">
        <input type="hidden" name="terms" value={text} />
        {despiteAwards ? <input type="hidden" name="despite" value="yes" /> : ''}
        <Reason fault={faults.find((one) => one.name === 'reason')?.what} />
        <div>
          <Submit tone="bad">Store it as the next version</Submit>
        </div>
      </Form>
    </div>
  </Card>
);
