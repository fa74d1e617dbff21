import { Module } from '@nestjs/common';
import { WebController } from './web.controller.js';

/** Serves the built dashboard. */
@Module({ controllers: [WebController] })
export class WebModule {}
