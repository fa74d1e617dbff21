import { type Locator, type Page } from 'playwright';
import { readScreen } from '../support/screen.js';
import { until } from '../support/until.js';

/** What is used of an HTMLCanvasElement: the types of the DOM and those of Node exclude each other. */
interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

/** The console of one VM, as a guest or a signed-in user sees it. */
export class ConsolePage {
  constructor(readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  url(): string {
    return this.page.url();
  }

  private root(): Locator {
    return this.page.locator('[data-state]');
  }

  async state(): Promise<string | null> {
    return this.root().getAttribute('data-state');
  }

  /** Waits until the guest's screen is shown. */
  async connected(): Promise<void> {
    await until('the console is connected', async () => (await this.state()) === 'connected', 20_000);
    await until('the screen is drawn', async () => (await this.screen()).some((line) => line.trim() !== ''));
  }

  /** The text on the built-in guest's screen, read from the pixels of the canvas. */
  async screen(): Promise<string[]> {
    const { pixels, width, height } = await this.picture();
    return readScreen(pixels, width, height);
  }

  /** The pixels of the screen: RGBA. */
  async picture(): Promise<{ pixels: Uint8ClampedArray; width: number; height: number }> {
    const canvas = this.page.getByTestId('screen').locator('canvas').first();
    const { base64, width, height } = await canvas.evaluate((node) => {
      const canvas = node as unknown as Canvas;
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      let text = '';
      for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
      return { base64: btoa(text), width, height };
    });
    return { pixels: new Uint8ClampedArray(Buffer.from(base64, 'base64')), width, height };
  }

  /** Types a line into the screen and Return. */
  async type(line: string): Promise<void> {
    await this.page.getByTestId('screen').locator('canvas').first().click();
    await this.page.keyboard.type(line, { delay: 20 });
    await this.page.keyboard.press('Enter');
  }

  /** Types a line into the serial console and Return. */
  async typeSerial(line: string): Promise<void> {
    await this.page.getByTestId('screen').click();
    await this.page.keyboard.type(line, { delay: 20 });
    await this.page.keyboard.press('Enter');
  }

  /** The text on the serial console, as a screen reader finds it. */
  async serialText(): Promise<string> {
    return this.page.getByTestId('screen').innerText();
  }
}
