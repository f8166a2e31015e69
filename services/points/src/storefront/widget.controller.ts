import { AppError } from '@loyalnest/contracts/errors';
import { sendFile, type BrowserFile, type FileConditions, type FileReply } from '@loyalnest/platform/http/send-file';
import { WidgetFiles } from '@loyalnest/platform/http/widget-files';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { ShopperGuard } from '@loyalnest/shopify/guards/shopper.guard';
import { Controller, Get, Headers, Param, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WidgetSightings } from './widget-sightings.ts';

const loaderName = 'loader.js';
/** A new version of the widget is with every visitor after this. */
const loaderCache = 'public, max-age=300';
/** Chunks carry a hash of what they hold in their names. */
const chunkCache = 'public, max-age=31536000, immutable';

/** The storefront's script: the loader as Shopify's app proxy asks for it, and its chunks, which are anybody's to read. */
@ApiExcludeController()
@Controller('widget')
export class WidgetController {
  constructor(
    private readonly files: WidgetFiles,
    private readonly sightings: WidgetSightings,
  ) {}

  @Get(loaderName)
  @UseGuards(ShopperGuard)
  async loader(
    @CurrentPrincipal() { merchantId }: Principal,
    @Headers() headers: FileConditions,
    @Res() reply: FileReply,
  ): Promise<void> {
    const file = await this.getFile(loaderName);
    await this.sightings.record(merchantId);
    sendFile(reply, file, { ...headers, cacheControl: loaderCache });
  }

  @Get(':name')
  async chunk(@Param('name') name: string, @Headers() headers: FileConditions, @Res() reply: FileReply): Promise<void> {
    const file = await this.getFile(name);
    sendFile(reply, file, { ...headers, cacheControl: chunkCache });
  }

  private async getFile(name: string): Promise<BrowserFile> {
    const file = await this.files.find(name);
    if (!file) throw new AppError('not-found');
    return file;
  }
}
