import { existsSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';
import { buildBundle, cleanUp, startApp } from './app.ts';
import { createCommunity, hourly } from './community.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const isRequired = process.env['CI'] === 'true';
let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close();
  cleanUp();
});

const name = 'the documentation is read and tried in a browser, and asks no other server';
const browserTest = isThere || isRequired ? test : test.skip;
const label = isThere || isRequired ? name : `${name} (no Chromium: set CHROMIUM to its path)`;

browserTest(
  label,
  async () => {
    const app = await startApp({ appFile: buildBundle() });
    await createCommunity(app, hourly);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
    const asked: string[] = [];
    const faults: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));

    await page.goto(`${app.url}/api/docs`);
    const operation = page.locator('#operations-Smart_Grid_Info-getGrids');
    await operation.waitFor();
    await screenshot('docs.png');
    await operation.locator('.opblock-summary').click();
    const tryOut = operation.getByRole('button', { name: 'Try it out' });
    if (await tryOut.isVisible()) await tryOut.click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.waitFor();
    await screenshot('tried.png');

    expect(await answer.locator('tbody .response-col_status').first().innerText()).toMatch(/^200/);
    expect(await answer.innerText()).toContain('The hourly grid');
    expect(asked).toContain(`${app.url}/api/openapi.json`);
    expect(
      asked.filter((url) => !url.startsWith(`${app.url}/`) && !url.startsWith('data:')),
    ).toEqual([]);
    expect(faults).toEqual([]);
    expect(await app.stop()).toBe(0);

    async function screenshot(file: string): Promise<void> {
      const folder = process.env['SCREENSHOTS'];
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${file}` });
    }
  },
  120_000,
);
