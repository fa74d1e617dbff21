import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useNavigate, useLocation } from 'react-router';
import { inNamespace, useNamespace, useNamespaces } from '../../hooks/useNamespace.js';
import { shellText } from './text.js';

/** Chooses the namespace. From the page of one VM it goes to the list, since the other namespace has other VMs. */
export function NamespaceSelect() {
  const { namespace } = useNamespace();
  const { data } = useNamespaces();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const items = data?.items ?? [];
  const known = items.some(({ name }) => name === namespace);
  const list = `/${pathname.split('/')[1] ?? ''}`;
  return (
    <div className="kg-select">
      <FormSelect
        aria-label={shellText.namespace}
        value={namespace}
        onChange={(_event, value) => void navigate(inNamespace(list, value))}
      >
        {!known && <FormSelectOption value={namespace} label={namespace} />}
        {items.map(({ name, gateserver }) => (
          <FormSelectOption key={name} value={name} label={gateserver === false ? shellText.noLinks(name) : name} />
        ))}
      </FormSelect>
    </div>
  );
}
