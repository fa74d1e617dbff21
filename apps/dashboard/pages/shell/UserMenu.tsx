import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import { useState } from 'react';
import { shortName } from '../../console/text.js';
import { useSession, useSignOut } from '../../hooks/useSession.js';
import { dateTime } from '../../time/duration.js';
import { shellText } from './text.js';

/** Who is signed in, until when; signs out. */
export function UserMenu() {
  const { data } = useSession();
  const out = useSignOut();
  const [open, setOpen] = useState(false);
  if (!data) return null;
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plainText"
          icon={<UserIcon />}
          isExpanded={open}
          aria-label={shellText.account(data.username)}
          onClick={() => setOpen(!open)}
        >
          <span className="kg-username">{shortName(data.username)}</span>
        </MenuToggle>
      )}
    >
      <div className="kg-account">
        {shellText.signedInAs} <strong>{data.username}</strong>
        {data.until && <> {shellText.until(dateTime(data.until))}</>}
      </div>
      <Divider />
      <DropdownList>
        <DropdownItem onClick={() => out.mutate()}>{shellText.signOut}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
