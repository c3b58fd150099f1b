import { existsSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildBundle, cleanUp, startApp } from './app.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const isRequired = process.env['CI'] === 'true';
const answerMsMax = 10_000;
let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close();
  cleanUp();
});

const name = 'a token goes into Authorize, and with it what is tried is let in';
const browserTest = isThere || isRequired ? test : test.skip;
const label = isThere || isRequired ? name : `${name} (no Chromium: set CHROMIUM to its path)`;

browserTest(
  label,
  async () => {
    const app = await startApp({ appFile: buildBundle(), args: ['--live', '--auth'] });
    const order = { subject: 'olga', roles: ['operator'] };
    const { body } = await app.request('POST', '/admin/tokens', order);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${app.url}/api/docs`);

    await tryUntil(page, '401');
    await page.locator('.auth-wrapper .btn.authorize').first().click();
    const dialog = page.locator('.dialog-ux .modal-ux');
    await dialog.locator('input').first().fill(String(body['token']));
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await tryUntil(page, '200');

    const elsewhere = asked.filter(
      (url) => !url.startsWith(`${app.url}/`) && !url.startsWith('data:'),
    );
    expect(elsewhere).toEqual([]);
    expect(await app.stop()).toBe(0);
  },
  120_000,
);

/** Tries to list the mini grids, and waits until the page shows this status. */
async function tryUntil(page: Page, status: string): Promise<void> {
  const operation = page.locator('#operations-Smart_Grid_Info-getGrids');
  await operation.waitFor();
  const execute = operation.getByRole('button', { name: 'Execute' });
  if (!(await execute.isVisible())) await operation.locator('.opblock-summary-control').click();
  await execute.click();
  const shown = operation.locator('.live-responses-table tbody .response-col_status');
  await shown.filter({ hasText: status }).first().waitFor({ timeout: answerMsMax });
}
