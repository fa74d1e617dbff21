import {
  Checkbox,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { durationInWords, positiveDuration } from '../../time/duration.js';
import { type IssueForm, PRESETS, type problemsOf } from './request.js';
import { issueText as text } from './text.js';

interface Props {
  form: IssueForm;
  problems: ReturnType<typeof problemsOf>;
  onChange: (change: Partial<IssueForm>) => void;
}

/** The fields of the dialog. */
export function IssueFields({ form, problems, onChange }: Props) {
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <Consoles form={form} problem={problems.consoles} onChange={onChange} />
      <HowLong form={form} problem={problems.custom} onChange={onChange} />
      <FormGroup label={text.from} fieldId="issue-from">
        <TextInput
          id="issue-from"
          type="datetime-local"
          className="kg-custom"
          value={form.from}
          validated={problems.from ? 'error' : 'default'}
          aria-describedby="issue-from-help"
          onChange={(_event, from) => onChange({ from })}
        />
        <Help id="issue-from-help" text={text.fromHelp} error={problems.from} />
      </FormGroup>
      <Rules form={form} onChange={onChange} />
      <FormGroup label={text.description} fieldId="issue-description">
        <TextInput
          id="issue-description"
          value={form.description}
          maxLength={500}
          aria-describedby="issue-description-help"
          onChange={(_event, description) => onChange({ description })}
        />
        <Help id="issue-description-help" text={text.descriptionHelp} />
      </FormGroup>
    </Form>
  );
}

type PartProps = Pick<Props, 'form' | 'onChange'> & { problem: string | undefined };

function Consoles({ form, problem, onChange }: PartProps) {
  return (
    <FormGroup role="group" isStack label={text.what} fieldId="issue-what">
      <Checkbox
        id="issue-screen"
        label={text.screen}
        isChecked={form.screen}
        onChange={(_event, screen) => onChange({ screen })}
      />
      <Checkbox
        id="issue-serial"
        label={text.serial}
        isChecked={form.serial}
        onChange={(_event, serial) => onChange({ serial })}
      />
      {problem && <Help id="issue-what-help" error={problem} />}
    </FormGroup>
  );
}

function HowLong({ form, problem, onChange }: PartProps) {
  const choices = [...PRESETS.map((value) => [value, text.preset(value)] as const), ['custom', text.custom] as const];
  const ms = positiveDuration(form.custom);
  return (
    <FormGroup role="group" label={text.long} fieldId="issue-long">
      <ToggleGroup aria-label={text.long} className="kg-wrap">
        {choices.map(([value, label]) => (
          <ToggleGroupItem
            key={value}
            text={label}
            isSelected={form.duration === value}
            onChange={() => onChange({ duration: value })}
          />
        ))}
      </ToggleGroup>
      {form.duration === 'custom' && (
        <>
          <TextInput
            className="kg-custom"
            aria-label={text.customLabel}
            value={form.custom}
            autoFocus
            validated={problem && form.custom !== '' ? 'error' : 'default'}
            aria-describedby="issue-custom-help"
            onChange={(_event, custom) => onChange({ custom })}
          />
          <Help
            id="issue-custom-help"
            text={ms === undefined ? text.customHelp : durationInWords(ms)}
            error={form.custom === '' ? undefined : problem}
          />
        </>
      )}
    </FormGroup>
  );
}

function Rules({ form, onChange }: Pick<Props, 'form' | 'onChange'>) {
  const rules = [
    ['singleUse', text.singleUse, text.singleUseHelp],
    ['viewOnly', text.viewOnly, text.viewOnlyHelp],
    ['takeOver', text.takeOver, text.takeOverHelp],
  ] as const;
  return (
    <FormGroup role="group" isStack label={text.rules} fieldId="issue-rules">
      {rules.map(([field, label, help]) => (
        <Checkbox
          key={field}
          id={`issue-${field}`}
          label={label}
          description={help}
          isChecked={form[field]}
          onChange={(_event, checked) => onChange({ [field]: checked })}
        />
      ))}
    </FormGroup>
  );
}

function Help({ id, text: words, error }: { id: string; text?: string; error?: string | undefined }) {
  return (
    <FormHelperText>
      <HelperText id={id} isLiveRegion>
        <HelperTextItem variant={error ? 'error' : 'default'}>{error ?? words}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}
