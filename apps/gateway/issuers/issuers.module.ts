import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { IssuerReviews } from './issuer-reviews.js';
import { IssuerRights } from './issuer-rights.js';

/** Whether the issuers of grants still have the rights that they gave. */
@Module({ imports: [OpsModule], providers: [IssuerReviews, IssuerRights], exports: [IssuerRights] })
export class IssuersModule {}
