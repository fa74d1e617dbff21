import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

interface Notification {
  key: number;
  title: string;
  text?: string | undefined;
  variant: 'success' | 'danger';
}

type Notify = (variant: Notification['variant'], title: string, text?: string) => void;

const Context = createContext<Notify>(() => undefined);
let counter = 0;

/** Toast messages: what was done, and what failed. */
export function Notifications({ children }: { children: ReactNode }) {
  const [list, setList] = useState<Notification[]>([]);
  const notify = useCallback<Notify>((variant, title, text) => {
    setList((before) => [...before, { key: ++counter, variant, title, text }]);
  }, []);
  const drop = (key: number) => setList((before) => before.filter((one) => one.key !== key));
  return (
    <Context value={notify}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {list.map(({ key, title, text, variant }) => (
          <Alert
            key={key}
            variant={variant}
            title={title}
            timeout={variant === 'success' ? 5_000 : 15_000}
            onTimeout={() => drop(key)}
            actionClose={<AlertActionCloseButton title={title} onClose={() => drop(key)} />}
          >
            {text}
          </Alert>
        ))}
      </AlertGroup>
    </Context>
  );
}

export function useNotify(): Notify {
  return useContext(Context);
}
