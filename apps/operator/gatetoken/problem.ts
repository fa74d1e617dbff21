/** Why a token cannot be issued now, one word each. */
export type ProblemReason =
  | 'InvalidGrant'
  | 'InvalidWindow'
  | 'NotEnforced'
  | 'NotSealed'
  | 'ForeignNamespace'
  | 'TokensNotStored'
  | 'NoGateServer'
  | 'AmbiguousGateServer'
  | 'GateServerNotReady'
  | 'ForeignSecret'
  | 'KeyNotPublished'
  | 'BadKey'
  | 'DurationTooLong'
  | 'VirtualMachineNotFound'
  | 'VirtualMachineReplaced'
  | 'TokenTooLong';

/** A check's verdict. `awaited`: it resolves itself, so the token is Pending rather than in Error. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly reason: ProblemReason,
    message: string,
    readonly awaited = false,
  ) {
    super(message);
  }
}
