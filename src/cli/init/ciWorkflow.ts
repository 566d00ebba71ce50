/** The path of the workflow below the workspace. */
export const CI_WORKFLOW = ".github/workflows/goldentrace.yml";

/** Records every target on each push and keeps the runs; a target that fails, fails the job, but its run is kept too. */
export const CI_WORKFLOW_TEXT = `# Records every target of goldentrace.toml and keeps the runs.
name: goldentrace

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  record:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - name: Install strace and Goldentrace
        # What npm installs: a git URL, or a .tgz that is checked in. Set it under Settings, Variables, Actions.
        env:
          GOLDENTRACE_PACKAGE: \${{ vars.GOLDENTRACE_PACKAGE }}
        run: |
          : "\${GOLDENTRACE_PACKAGE:?Set the repository variable GOLDENTRACE_PACKAGE}"
          sudo apt-get update
          sudo apt-get install --yes strace
          npm install --global "$GOLDENTRACE_PACKAGE"
      # Build the program here.
      - name: Check the machine
        run: goldentrace doctor
      - name: Record
        run: |
          failed=0
          while IFS= read -r target; do
            goldentrace run --verbose "$target" < /dev/null || failed=1
            goldentrace report latest >> "$GITHUB_STEP_SUMMARY"
          done < <(goldentrace list --targets)
          exit "$failed"
        shell: bash
      - name: Keep the runs
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: goldentrace-runs
          path: .goldentrace/runs
          include-hidden-files: true
          if-no-files-found: ignore
`;
