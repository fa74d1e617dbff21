import { Button, Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Vm } from '#libs/api';
import { keys } from '../../api/query.js';
import { endGateSession } from '../../api/rest.js';
import { consoleText } from '../../console/text.js';
import { Age } from '../Age.js';
import { isUnknown } from '../rights.js';
import { useNotify } from '../shell/Notifications.js';
import { vmText as text } from './text.js';

type Viewing = Vm['viewers'][number];

/** Who is connected to the VM's consoles, each with a button that disconnects them. */
export function VmViewers({ vm }: { vm: Vm }) {
  const notify = useNotify();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: ({ session }: Viewing) => endGateSession(vm.namespace, session),
    onSuccess: (_data, { who }) => notify('success', text.ended(who)),
    onError: (error) => notify('danger', error.message),
    onSettled: () => client.invalidateQueries({ queryKey: keys.vms(vm.namespace) }),
  });
  return (
    <Card>
      <CardTitle component="h2">{text.viewers}</CardTitle>
      <CardBody>
        {vm.viewers.length === 0 ? (
          isUnknown(vm, 'gatesessions') ? (
            text.unknown
          ) : (
            text.nobody
          )
        ) : (
          <ul className="kg-list">
            {vm.viewers.map((one) => (
              <Viewer key={one.session} viewer={one} busy={end.isPending} onEnd={() => end.mutate(one)} />
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

interface ViewerProps {
  viewer: Viewing;
  busy: boolean;
  onEnd: () => void;
}

function Viewer({ viewer: { who, kind, since }, busy, onEnd }: ViewerProps) {
  return (
    <li className="kg-buttons-row">
      <span>
        <strong>{who}</strong> · {consoleText.kind[kind]}{' '}
        <span className="kg-subtle">
          <Age since={since} words={text.since} />
        </span>
      </span>
      <Button size="sm" variant="secondary" isDanger isDisabled={busy} aria-label={text.endOf(who)} onClick={onEnd}>
        {text.end}
      </Button>
    </li>
  );
}
