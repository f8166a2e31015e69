import { ensureGoProgram, runGo } from '@loyalnest/dev/go-program';

/** The newest that build with Go 1.26.8 by `go install`, which refuses modules that exclude versions of others. */
const packages = {
  'docker-compose': 'github.com/docker/compose/v5/cmd@v5.0.2',
  helm: 'helm.sh/helm/v4/cmd/helm@v4.3.1',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
} as const;

export type Validator = keyof typeof packages;

/** The path of a validator, which is built from its source the first time: minutes for the large ones. Throws `UserError`. */
export function ensureValidator(name: Validator): Promise<string> {
  return ensureGoProgram({ name, module: packages[name] }, () => process.stderr.write(`building ${name}…\n`));
}

/** Downloads the source of a Go module, for what lies beside its code, and returns its folder. Throws `UserError`. */
export async function fetchModule(module: string): Promise<string> {
  const { Dir } = JSON.parse(await runGo(['mod', 'download', '-json', module])) as { Dir: string };
  return Dir;
}
