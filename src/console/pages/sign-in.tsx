/** Signing in by name and password, or by a one-time link; signing out; another password. */
import { getConnInfo } from '@hono/node-server/conninfo';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../operations/upkeep/passwords.ts';
import { changePassword, findLink, signIn, signOut, useLink } from '../../operations/upkeep/sign-in.ts';
import type { PageContext } from '../console-env.ts';
import { barePage } from '../parts/bare.tsx';
import { Card } from '../parts/card.tsx';
import { Field, Form, Submit } from '../parts/form.tsx';
import { Say } from '../parts/say.tsx';
import { NAME_WINDOW_MS, type RefusedSignIns } from '../refused-sign-ins.ts';
import { localPath } from '../sign-in/local-path.ts';
import { anyone, viewer } from '../sign-in/rights.ts';
import { cannotKeepSession, dropSession, giveSession, sessionOf } from '../sign-in/session-cookie.ts';
import type { Site } from '../site.ts';

/** Never which half was wrong: whether a name is anybody's is nobody's business. */
const REFUSED = 'That name and that password do not go together.';
const LIMITED = 'Too many sign-ins were refused. Try again in a quarter of an hour.';
const BUSY = 'Too many people are signing in right now. Try again in a moment.';
const NOT_KEPT =
  'Over plain http a browser keeps nobody signed in, except on the machine itself. Open this page over https.';
const GONE = 'This link was used, replaced by another, or is older than a day.';

type Status = 200 | 400 | 401 | 410 | 422 | 429 | 503;

export function addSignInPages(site: Site): void {
  const { app, pages } = site;
  const refusals = site.signIns;

  const answerForm = async (context: PageContext, status: Status, fault?: string): Promise<Response> => {
    const to = context.req.query('to');
    return context.html(await barePage('Sign in', <SignInForm to={to} fault={fault} />), status);
  };

  pages.get('/sign-in', anyone, (context) => answerForm(context, 200));

  pages.post('/sign-in', anyone, async (context) => {
    if (cannotKeepSession(context)) return answerForm(context, 400, NOT_KEPT);
    const form = await context.req.parseBody();
    const [name, password] = [textOf(form.name).trim(), textOf(form.password)];
    const address = addressOfCaller(context);
    // Of this name from this address: a password is no secret that is told apart from others by itself.
    const known = `${address} ${name}`;
    if (!refusals.mayTry(address, known, name)) {
      app.tally.add('sign-ins:limited');
      context.header('Retry-After', String(NAME_WINDOW_MS / 1_000));
      return answerForm(context, 429, LIMITED);
    }
    const signed = await signIn(app, { name, password });
    if (signed.outcome === 'busy') return answerForm(context, 503, BUSY);
    if (signed.outcome === 'refused') {
      refusals.refused(address, known, name);
      app.tally.add('sign-ins:unknown');
      return answerForm(context, 401, REFUSED);
    }
    refusals.accepted(known);
    giveSession(context, signed.session);
    return context.redirect(localPath(context.req.query('to')), 303);
  });

  pages.get('/sign-in/link/:secret', anyone, async (context) => {
    const link = await findLink(app, context.req.param('secret'));
    if (!link) return context.html(await barePage('This link is no good', <Gone />), 410);
    return context.html(await barePage('Sign in', <LinkForm {...link} />));
  });

  pages.post('/sign-in/link/:secret', anyone, async (context) => {
    if (cannotKeepSession(context)) return answerForm(context, 400, NOT_KEPT);
    const secret = context.req.param('secret');
    const form = await context.req.parseBody();
    const link = await findLink(app, secret);
    const password = link?.kind === 'password' ? textOf(form.password) : undefined;
    if (link && password !== undefined && password !== textOf(form.again))
      return context.html(await barePage('Sign in', <LinkForm {...link} fault={DIFFER} />), 422);
    const used = await useLink(app, { secret, password });
    if (used.outcome === 'bad-password' && link)
      return context.html(await barePage('Sign in', <LinkForm {...link} fault={used.fault} />), 422);
    if (used.outcome !== 'signed-in')
      return context.html(await barePage('This link is no good', <Gone />), 410);
    giveSession(context, used.session);
    return context.redirect('/', 303);
  });

  pages.post('/sign-out', viewer, async (context) => {
    const session = sessionOf(context);
    if (session !== undefined) await signOut(app, session);
    dropSession(context);
    return context.redirect('/sign-in', 303);
  });

  addPasswordPage(site, refusals);
}

function addPasswordPage(site: Site, refusals: RefusedSignIns): void {
  const { app, pages } = site;
  const answer = (context: PageContext, fault?: PasswordFault): Promise<Response> =>
    site.render(
      context,
      { title: 'Another password', status: fault === undefined ? 200 : 422 },
      <PasswordForm token={context.get('formToken')} fault={fault} />,
    );
  pages.get('/password', viewer, (context) => answer(context));
  pages.post('/password', viewer, async (context) => {
    const form = await context.req.parseBody();
    const [present, next] = [textOf(form.present), textOf(form.password)];
    if (next !== textOf(form.again)) return answer(context, { at: 'again', what: DIFFER });
    const name = context.get('user')?.name ?? '';
    const address = addressOfCaller(context);
    // Who holds the session of somebody else must not find out the password by it.
    if (!refusals.mayTry(address, present, name)) return answer(context, { at: 'present', what: LIMITED });
    const changed = await changePassword(app, { name, present, next });
    if (changed.outcome === 'busy') return answer(context, { at: 'present', what: BUSY });
    if (changed.outcome === 'wrong') {
      refusals.refused(address, present, name);
      return answer(context, { at: 'present', what: WRONG });
    }
    if (changed.outcome === 'bad-password') return answer(context, { at: 'password', what: changed.fault });
    giveSession(context, changed.session);
    return context.redirect('/', 303);
  });
}

const DIFFER = 'The two are not the same.';
const WRONG = 'This is not the present one.';

interface PasswordFault {
  readonly at: 'present' | 'password' | 'again';
  readonly what: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const addressOfCaller = (context: PageContext): string => getConnInfo(context).remote.address ?? '';

const Fault = ({ what }: { readonly what: string | undefined }) =>
  what === undefined ? <></> : <Say tone="bad" role="alert" sentence={what} />;

const SignInForm = ({
  to,
  fault,
}: {
  readonly to: string | undefined;
  readonly fault: string | undefined;
}) => (
  <>
    <Fault what={fault} />
    <Form action={to === undefined ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`}>
      <Field name="name" label="Name" required maxlength={64} autocomplete="username" />
      <Field
        name="password"
        label="Password"
        type="password"
        required
        maxlength={PASSWORD_LENGTH_MAX}
        autocomplete="current-password"
      />
      <Submit>Sign in</Submit>
    </Form>
    <p class="hint">
      No password yet, or forgotten? Whoever runs this console makes a link that sets one:{' '}
      <code>connects users reset NAME</code>.
    </p>
  </>
);

interface LinkProps {
  readonly name: string;
  readonly kind: 'password' | 'sign-in';
  readonly fault?: string;
}

const LinkForm = ({ name, kind, fault }: LinkProps) => (
  <>
    <Fault what={fault} />
    <p>
      {kind === 'password' ? (
        <>
          Choose a password, <strong>{name}</strong>. This link works once.
        </>
      ) : (
        <>
          This link signs you in as <strong>{name}</strong>. It works once.
        </>
      )}
    </p>
    <Form action="">
      {kind === 'password' ? (
        <>
          {/* For whoever keeps passwords: whose this is. */}
          <input type="hidden" name="name" value={name} autocomplete="username" />
          <NewPassword />
        </>
      ) : (
        ''
      )}
      <Submit>{kind === 'password' ? 'Set it and sign in' : `Sign in as ${name}`}</Submit>
    </Form>
  </>
);

const NewPassword = ({ fault }: { readonly fault?: PasswordFault | undefined }) => (
  <>
    <Field
      name="password"
      label="New password"
      type="password"
      required
      minlength={PASSWORD_LENGTH_MIN}
      maxlength={PASSWORD_LENGTH_MAX}
      autocomplete="new-password"
      hint={`At least ${PASSWORD_LENGTH_MIN} characters: a sentence is good.`}
      fault={fault?.at === 'password' ? fault.what : undefined}
    />
    <Field
      name="again"
      label="The same again"
      type="password"
      required
      maxlength={PASSWORD_LENGTH_MAX}
      autocomplete="new-password"
      fault={fault?.at === 'again' ? fault.what : undefined}
    />
  </>
);

const Gone = () => (
  <>
    <p>{GONE}</p>
    <p>
      Whoever runs this console makes another: <code>connects users link NAME</code> signs in,{' '}
      <code>connects users reset NAME</code> asks for a new password.
    </p>
    <a class="btn" href="/sign-in">
      To the sign-in
    </a>
  </>
);

interface PasswordProps {
  readonly token: string | undefined;
  readonly fault: PasswordFault | undefined;
}

const PasswordForm = ({ token, fault }: PasswordProps) => (
  <Card>
    <Form action="/password" token={token}>
      <Field
        name="present"
        label="Present password"
        type="password"
        required
        autocomplete="current-password"
        fault={fault?.at === 'present' ? fault.what : undefined}
      />
      <NewPassword fault={fault} />
      <Submit>Change it, and end every other sign-in</Submit>
    </Form>
  </Card>
);
