/** Forms: every field has a label, every fault is told at its field and at the top, every change has a reason. */
import type { Child } from 'hono/jsx';
import { Icon } from './icons.tsx';
import { grouped } from './numbers.tsx';

/** The longest reason that the audit log takes. */
const REASON_MAX = 500;

interface FormProps {
  readonly action: string;
  /** `get` for a filter, which changes nothing and needs no token. */
  readonly method?: 'get' | 'post';
  /** The session's token, for `post`: `context.get('formToken')`. */
  readonly token?: string | undefined;
  readonly label?: string;
  readonly className?: string;
  readonly children?: Child;
}

export const Form = ({ action, method = 'post', token, label, className = 'form', children }: FormProps) => (
  <form action={action} method={method} aria-label={label} class={className}>
    {method === 'post' && token !== undefined ? <input type="hidden" name="token" value={token} /> : ''}
    {children}
  </form>
);

interface FieldProps {
  readonly name: string;
  readonly label: Child;
  readonly value?: string | number | undefined;
  readonly type?: 'text' | 'date' | 'number' | 'email' | 'password' | 'search';
  readonly required?: boolean;
  /** How it is to be filled in. */
  readonly hint?: Child;
  /** What is wrong with what was sent. */
  readonly fault?: string | undefined;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly maxlength?: number;
  readonly minlength?: number;
  readonly min?: number | string;
  readonly max?: number | string;
}

export function Field({ label, hint, fault, ...input }: FieldProps) {
  const { name, type = 'text' } = input;
  return (
    <div class="l">
      <label for={`f-${name}`}>{label}</label>
      <input class="field" id={`f-${name}`} {...input} type={type} {...described(name, hint, fault)} />
      <Told name={name} hint={hint} fault={fault} />
    </div>
  );
}

interface SelectProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'fault' | 'required'> {
  readonly value?: string | undefined;
  readonly options: readonly (readonly [value: string, label: string])[];
}

export const Select = ({ name, label, hint, fault, value, options, required }: SelectProps) => (
  <div class="l">
    <label for={`f-${name}`}>{label}</label>
    <select class="field" id={`f-${name}`} name={name} required={required} {...described(name, hint, fault)}>
      {options.map(([one, text]) => (
        <option value={one} selected={one === value}>
          {text}
        </option>
      ))}
    </select>
    <Told name={name} hint={hint} fault={fault} />
  </div>
);

/** What is done to many is held to their number. */
export const TypedCount = ({
  accounts,
  text,
  fault,
}: {
  readonly accounts: number;
  /** As it was typed. */
  readonly text?: string | undefined;
  readonly fault?: string | undefined;
}) => (
  <Field
    name="count"
    label={`Type ${grouped(accounts)}, the number of accounts`}
    value={text}
    fault={fault}
    required
    autocomplete="off"
    maxlength={12}
    hint="Nothing is done where they have become more or fewer meanwhile."
  />
);

/** Why something is changed: it lands in the audit log. */
export const Reason = ({
  value,
  fault,
}: {
  readonly value?: string | undefined;
  readonly fault?: string | undefined;
}) => (
  <Field
    name="reason"
    label="Reason"
    value={value}
    fault={fault}
    required
    maxlength={REASON_MAX}
    hint="Kept in the audit log, with your name."
  />
);

export const Checkbox = ({ name, label, value = 'yes', checked }: CheckboxProps) => (
  <label class="check">
    <input type="checkbox" name={name} value={value} checked={checked} /> <span>{label}</span>
  </label>
);

interface CheckboxProps {
  readonly name: string;
  readonly label: Child;
  readonly value?: string;
  readonly checked?: boolean;
}

interface SubmitProps {
  /** The main one of a form is filled, one that takes away or stops is red. */
  readonly tone?: 'main' | 'bad' | 'plain';
  readonly name?: string;
  readonly value?: string;
  readonly children?: Child;
}

export const Submit = ({ tone = 'main', name, value, children }: SubmitProps) => (
  <button type="submit" class={tone === 'plain' ? 'btn' : `btn ${tone}`} name={name} value={value}>
    {children}
  </button>
);

export interface Fault {
  /** The field that it is about; undefined where it is about all of it. */
  readonly name?: string;
  readonly what: string;
}

/** At the top of a form that was not taken: all that is wrong, each a link to its field. */
export function Faults({ faults }: { readonly faults: readonly Fault[] }) {
  if (faults.length === 0) return <></>;
  return (
    <div class="say bad" role="alert" tabindex={-1}>
      <Icon name="bad" />
      <div>
        <strong>This was not done.</strong>
        <ul>
          {faults.map(({ name, what }) => (
            <li>
              {name === undefined ? (
                what
              ) : (
                <a class="link" href={`#f-${name}`}>
                  {what}
                </a>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const described = (name: string, hint: Child, fault: string | undefined) => ({
  ...(fault === undefined ? {} : { 'aria-invalid': 'true' as const }),
  ...(hint === undefined && fault === undefined ? {} : { 'aria-describedby': `f-${name}-told` }),
});

const Told = ({ name, hint, fault }: { name: string; hint: Child; fault: string | undefined }) =>
  hint === undefined && fault === undefined ? (
    <></>
  ) : (
    <span id={`f-${name}-told`} class={fault === undefined ? 'hint' : 'fault'}>
      {fault ?? hint}
    </span>
  );
