import { Button, Card, CardBody, CardHeader, CardTitle, Spinner } from '@patternfly/react-core';
import SyncIcon from '@patternfly/react-icons/dist/esm/icons/sync-icon';
import { useEffect, useRef } from 'react';
import { type Vm } from '#libs/api';
import { ApiError } from '../../api/client.js';
import { useScreenshot } from '../../hooks/useScreenshot.js';
import { common } from '../text.js';
import { isRunning } from './actions.js';
import { vmText as text } from './text.js';

function whyNot(error: Error): string {
  if (!(error instanceof ApiError)) return text.shotFailed;
  if (error.forbidden) return text.shotForbidden;
  // The gateway says what is in the way, and what to do.
  return error.message;
}

/** What the VM's screen shows now. */
export function ScreenPreview({ vm }: { vm: Vm }) {
  const on = vm.consoles.vnc;
  const { picture, problem, busy, refresh } = useScreenshot(vm.namespace, vm.name, on);
  const button = (
    <Button
      variant="plain"
      icon={<SyncIcon />}
      aria-label={text.refresh}
      isDisabled={!on || busy}
      onClick={() => void refresh()}
    />
  );
  return (
    <Card>
      <CardHeader actions={{ actions: button }}>
        <CardTitle component="h2">{text.shot}</CardTitle>
      </CardHeader>
      <CardBody>
        <div className="kg-shot">
          {!on ? (
            <p>{isRunning(vm) ? text.noScreen : text.shotOff}</p>
          ) : problem ? (
            <p>{whyNot(problem)}</p>
          ) : picture ? (
            <Picture blob={picture} alt={text.shotAlt(vm.name)} />
          ) : (
            <Spinner aria-label={common.loading} />
          )}
        </div>
      </CardBody>
    </Card>
  );
}

/** A picture that was fetched; its address lives as long as it is shown. */
function Picture({ blob, alt }: { blob: Blob; alt: string }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(blob);
    if (image.current) image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return <img ref={image} alt={alt} />;
}
