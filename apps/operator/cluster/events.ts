import { Inject, Injectable } from '@nestjs/common';
import { EventRecorder, OwnClient } from '#libs/kube';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { Faults } from '../ops/faults.js';
import { OPERATOR } from './labels.js';

/** The operator's Events. */
@Injectable()
export class Events extends EventRecorder {
  constructor(client: OwnClient, faults: Faults, @Inject(OPERATOR_CONFIG) { identity }: OperatorConfig) {
    const onError = (error: unknown) => faults.warn(error, 'writing an event');
    super(client, { component: OPERATOR, instance: identity, onError });
  }
}
