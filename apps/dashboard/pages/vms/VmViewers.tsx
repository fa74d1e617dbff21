import { Button, Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Vm } from '#libs/api';
import { keys } from '../../api/query.js';
import { endGateSession } from '../../api/rest.js';
import { useNow } from '../../hooks/useNow.js';
import { age } from '../../time/duration.js';
import { consoleText } from '../../console/text.js';
import { useNotify } from '../shell/Notifications.js';
import { vmText as text } from './text.js';

/** Who is connected to the VM's consoles, each with a button that disconnects them. */
export function VmViewers({ vm }: { vm: Vm }) {
  const now = useNow(10_000);
  const notify = useNotify();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: ({ session }: Vm['viewers'][number]) => endGateSession(vm.namespace, session),
    onSuccess: (_data, { who }) => notify('success', text.ended(who)),
    onError: (error) => notify('danger', error.message),
    onSettled: () => client.invalidateQueries({ queryKey: keys.vms(vm.namespace) }),
  });
  return (
    <Card>
      <CardTitle component="h2">{text.viewers}</CardTitle>
      <CardBody>
        {vm.viewers.length === 0 ? (
          text.nobody
        ) : (
          <ul className="kg-list">
            {vm.viewers.map((viewer) => (
              <li key={viewer.session} className="kg-buttons-row">
                <span>
                  <strong>{viewer.who}</strong> · {consoleText.kind[viewer.kind]}{' '}
                  <span className="kg-subtle">{text.since(age(now - Date.parse(viewer.since)))}</span>
                </span>
                <Button
                  size="sm"
                  variant="secondary"
                  isDanger
                  isDisabled={end.isPending}
                  aria-label={text.endOf(viewer.who)}
                  onClick={() => end.mutate(viewer)}
                >
                  {text.end}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}
