import { setTimeout as sleepFor } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '../apiClient.ts';
import { objectOf } from '../jsonFields.ts';
import { exportedRows, listedRows } from './apiRows.ts';
import { closingRow } from './closingRow.ts';
import { fileSources } from './fileSources.ts';
import { gridSummary, prosumerSummary } from './summary.ts';
import type { VerifyArguments } from './verifyArguments.ts';
import { type GridSources, verifyGrid } from './verifyGrid.ts';
import { verifyProsumer } from './verifyProsumer.ts';
import { type Mark, whileStill } from './whileStill.ts';

export type VerifySurroundings = {
  readonly say: (line: string) => void;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
};

/** Checks what was asked for and answers what was in order, line by line. Throws the first Finding. */
export async function runVerify(
  given: VerifyArguments,
  surroundings: VerifySurroundings,
): Promise<readonly string[]> {
  if (given.files.length > 0) return verifyFiles(given);
  const client = createApiClient({
    ...surroundings,
    url: given.url,
    onRetry: (reason, waitMs) =>
      surroundings.say(`${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
  });
  const { gridId, prosumerId } = given;
  const sleep = surroundings.sleep ?? sleepFor;
  if (prosumerId !== undefined) {
    const mark = () => prosumerMark(client, prosumerId);
    const check = () => verifyProsumer(client, gridId, prosumerId);
    const report = await whileStill({ mark, isSure: false, sleep }, check);
    return prosumerSummary(prosumerId, report);
  }
  const mark = () => gridMark(client, gridId);
  const check = () => verifyGrid(given, apiSources(client, gridId));
  const report = await whileStill({ mark, isSure: true, sleep }, check);
  return gridSummary(given, report, everything);
}

const everything = ['trades', 'postings', 'nettos', 'timeframes', 'accounts'];

async function verifyFiles(given: VerifyArguments): Promise<readonly string[]> {
  const sources = await fileSources(given.files);
  return gridSummary(given, await verifyGrid(given, sources), Object.keys(sources));
}

function apiSources(client: ApiClient, gridId: string): GridSources {
  return {
    trades: exportedRows(client, gridId, 'trades'),
    postings: exportedRows(client, gridId, 'postings'),
    nettos: exportedRows(client, gridId, 'nettos'),
    timeframes: listedRows(client, `/grids/${gridId}/timeframes`),
    accounts: listedRows(client, `/grids/${gridId}/accounts`),
  };
}

/** The number of its latest closing, and whether trades are still being recorded. */
async function gridMark(client: ApiClient, gridId: string): Promise<Mark> {
  let latest = 0;
  let isMoving = false;
  for await (const rows of listedRows(client, `/grids/${gridId}/timeframes`)) {
    for (const { place, json } of rows) {
      const { closingNumber, status } = closingRow(place, json);
      latest = Math.max(latest, closingNumber);
      isMoving ||= status !== 'settled';
    }
  }
  return { text: String(latest), isMoving };
}

async function prosumerMark(client: ApiClient, prosumerId: string): Promise<Mark> {
  const account = objectOf(await client.get(`/prosumers/${prosumerId}`));
  const { soldWh, boughtWh, creditsUsat, debitsUsat } = account;
  return { text: JSON.stringify([soldWh, boughtWh, creditsUsat, debitsUsat]), isMoving: false };
}
