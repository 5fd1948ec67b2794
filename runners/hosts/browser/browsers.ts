/** The browsers of this machine: where they are, and how each is started on a page. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { BrowserKind, DeviceKind } from '../../../adapters/adapter.js';
import { messageOf, TouchstoneError } from '../../../common/errors.js';
import { listed } from '../../../common/text.js';

interface BrowserFamily {
  /** As messages call it. */
  readonly title: string;
  /** The variable that names its program. */
  readonly variable: string;
  /** Names on PATH, and places of systems that have no PATH for it. */
  readonly programs: readonly string[];
  /** What installs it, by system. */
  readonly install: Readonly<Partial<Record<NodeJS.Platform, string>>> & { readonly linux: string };
  /** Parameters that open the page, in a profile folder that is empty. */
  parameters(page: PageStart): string[];
}

export interface PageStart {
  readonly url: string;
  /** An empty folder. */
  readonly profile: string;
  readonly device: DeviceKind;
}

/** By the names that users call them. */
const browsers = {
  chromium: ['chromium', 'chromium-browser', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  chrome: [
    ...['google-chrome', 'google-chrome-stable'],
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  edge: [
    ...['microsoft-edge', 'microsoft-edge-stable'],
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  firefox: ['firefox', 'firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox'],
} as const;

const families: Readonly<Record<BrowserKind, BrowserFamily>> = {
  chromium: {
    title: 'Chromium, Chrome or Edge',
    variable: 'CHROME_PATH',
    programs: [...browsers.chromium, ...browsers.chrome, ...browsers.edge],
    install: {
      linux: 'apt-get install --no-install-recommends chromium',
      darwin: 'brew install --cask google-chrome',
      win32: 'winget install Google.Chrome',
    },
    parameters: chromiumParameters,
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX_PATH',
    programs: browsers.firefox,
    install: {
      linux: 'apt-get install --no-install-recommends firefox-esr',
      darwin: 'brew install --cask firefox',
      win32: 'winget install Mozilla.Firefox',
    },
    parameters: firefoxParameters,
  },
};

/** The command that installs such a browser, or a newer one. */
export function installCommand(kind: BrowserKind): string {
  const { install } = families[kind];
  return install[process.platform] ?? install.linux;
}

export type FoundBrowser =
  | { readonly found: true; readonly program: string }
  | { readonly found: false; readonly reason: string; readonly fix: string };

/** The program that a variable names, or the first one that is installed. */
export function findBrowser(kind: BrowserKind): FoundBrowser {
  const { title, variable, programs } = families[kind];
  const named = process.env[variable];
  if (named) {
    if (isProgram(named)) return { found: true, program: named };
    return {
      found: false,
      reason: `${variable} names ${named}, which is no program`,
      fix: `unset ${variable}`,
    };
  }
  const program = programs.flatMap(placesOf).find(isProgram);
  if (program !== undefined) return { found: true, program };
  return { found: false, reason: `${title} is not installed, or not on PATH`, fix: installCommand(kind) };
}

/** Programs that were chosen with `--browser`, in the order in which they were. */
const chosen: string[] = [];

export function chosenBrowsers(): readonly string[] {
  return chosen;
}

/**
 * Uses this browser from now on, in this process and in its workers, in place of the first one that is installed.
 *
 * @param name `chrome`, `chromium`, `edge`, `firefox`, or a program: its path, or its name on PATH
 * @returns its path
 * @throws TouchstoneError('usage') where it is not there, or no browser that this project knows
 */
export function chooseBrowser(name: string): string {
  const places: readonly string[] = Object.hasOwn(browsers, name)
    ? browsers[name as keyof typeof browsers]
    : [name.includes('/') ? resolve(name) : name];
  const program = places.flatMap(placesOf).find(isProgram);
  if (program === undefined) {
    throw new TouchstoneError('usage', `--browser ${name}: no such program`, {
      hint: `name ${listed(Object.keys(browsers), 'or')}, or the path of a browser's program`,
    });
  }
  process.env[families[kindOf(program)].variable] = program;
  chosen.push(program);
  return program;
}

/** By what it says of itself. */
function kindOf(program: string): BrowserKind {
  const said = versionText(program) ?? '';
  if (/firefox/i.test(said)) return 'firefox';
  if (/chrom|edge/i.test(said)) return 'chromium';
  throw new TouchstoneError('usage', `--browser ${program}: not a browser that is known here`, {
    hint: 'its --version names neither Chromium, Chrome, Edge nor Firefox',
  });
}

/** The command line that opens a page. */
export function browserCommand(kind: BrowserKind, program: string, page: PageStart): string[] {
  return [program, ...families[kind].parameters(page)];
}

const versions = new Map<string, string>();

/** Its version, which it is asked for once; undefined where it does not answer. */
export function browserVersion(program: string): string | undefined {
  const known = versions.get(program);
  if (known !== undefined) return known;
  const version = /\d+(\.\d+)+[a-z]*/.exec(versionText(program) ?? '')?.[0];
  if (version !== undefined) versions.set(program, version);
  return version;
}

function versionText(program: string): string | undefined {
  try {
    return messageOf(
      execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000, stdio: 'pipe' }),
    );
  } catch {
    return undefined;
  }
}

function placesOf(program: string): string[] {
  if (isAbsolute(program)) return [program];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether this machine has a graphics processor that a browser can use; where not, SwiftShader computes in its place. */
function hasGraphicsProcessor(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}

/** https://peter.sh/experiments/chromium-command-line-switches */
function chromiumParameters({ url, profile, device }: PageStart): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    '--headless=new',
    // Its sandbox refuses to work for root.
    ...(isRoot ? ['--no-sandbox'] : []),
    ...graphicsOf(device),
    `--user-data-dir=${profile}`,
    ...['--no-first-run', '--no-default-browser-check', '--no-service-autorun', '--noerrdialogs'],
    // Nothing throttles a page that nobody looks at.
    ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
    '--disable-backgrounding-occluded-windows',
    // Nothing else goes on in the background, and no request leaves this machine.
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ...['--disable-extensions', '--disable-default-apps', '--disable-domain-reliability', '--no-pings'],
    '--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    // Containers have a small /dev/shm.
    '--disable-dev-shm-usage',
    ...['--disable-breakpad', '--password-store=basic', '--use-mock-keychain'],
    // What the page writes to its console is part of the worker's log.
    ...['--enable-logging=stderr', '--log-level=1'],
    url,
  ];
}

function graphicsOf(device: DeviceKind): string[] {
  if (device === 'cpu') return ['--disable-gpu'];
  const webGpu = process.platform === 'linux' ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan'] : [];
  if (hasGraphicsProcessor()) return webGpu;
  return [
    ...['--enable-unsafe-swiftshader', '--use-angle=swiftshader', '--use-webgpu-adapter=swiftshader'],
    ...webGpu,
  ];
}

/** https://searchfox.org/mozilla-central/source/testing/profiles/common/user.js shows what automation turns off. */
const preferences: Readonly<Record<string, string | number | boolean>> = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.tabs.crashReporting.sendReport': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'devtools.console.stdout.content': true,
  'dom.disable_beforeunload': true,
  'dom.ipc.processPrelaunch.enabled': false,
  'dom.max_script_run_time': 0,
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'extensions.autoDisableScopes': 15,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  // No request leaves this machine: everything but the page goes to a port that nobody listens on.
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.no_proxies_on': '127.0.0.1',
  // A clock of less than a microsecond instead of 20: it changes what is read, not what is timed.
  'privacy.reduceTimerPrecision': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

function firefoxParameters({ url, profile }: PageStart): string[] {
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  return ['--headless', '--no-remote', '--new-instance', '--profile', profile, url];
}
