import { Button, Card, CardBody, CardHeader, CardTitle, Spinner } from '@patternfly/react-core';
import SyncIcon from '@patternfly/react-icons/dist/esm/icons/sync-icon';
import { type Vm } from '#libs/api';
import { ApiError } from '../../api/client.js';
import { useScreenshot } from '../../hooks/useScreenshot.js';
import { common } from '../text.js';
import { vmText as text } from './text.js';

/** What the VM's screen shows now. */
export function Screenshot({ vm }: { vm: Vm }) {
  const on = vm.consoles.vnc;
  const { url, error, refresh, busy } = useScreenshot(vm.namespace, vm.name, on);
  const button = (
    <Button variant="plain" icon={<SyncIcon />} aria-label={text.refresh} isDisabled={!on || busy} onClick={refresh} />
  );
  return (
    <Card>
      <CardHeader actions={{ actions: button }}>
        <CardTitle component="h2">{text.shot}</CardTitle>
      </CardHeader>
      <CardBody>
        <div className="kg-shot">
          {!on ? (
            <p>{text.shotOff}</p>
          ) : error ? (
            <p>{error instanceof ApiError && error.forbidden ? text.shotForbidden : text.shotFailed}</p>
          ) : url ? (
            <img src={url} alt={text.shotAlt(vm.name)} />
          ) : (
            <Spinner aria-label={common.loading} />
          )}
        </div>
      </CardBody>
    </Card>
  );
}
