/** What browsers tell of themselves. */
import type { VisitorFacts } from '../../../runners/hosts/browser/visitor/facts.js';

export const linuxChrome: VisitorFacts = {
  userAgent:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  platform: 'Linux',
  cores: 8,
  memoryGiB: 8,
  isSecure: true,
  isIsolated: true,
  hasWebAssembly: true,
  webgl: 'ANGLE (Intel, Mesa Intel(R) UHD Graphics)',
  webgpu: 'intel gen-12lp',
  hasWebNn: false,
};
