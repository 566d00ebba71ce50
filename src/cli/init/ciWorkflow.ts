/** The path of the workflow below the workspace. */
export const CI_WORKFLOW = ".github/workflows/goldentrace.yml";

/** Checks every target on each push; annotations, the job's summary, code scanning and artifacts tell what differs. */
export const CI_WORKFLOW_TEXT = `# Compares every target of goldentrace.toml with its golden and its budgets.
name: goldentrace

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      # For code scanning; without it only the upload of goldentrace.sarif fails.
      security-events: write
    steps:
      - uses: actions/checkout@v4
        with:
          # Lines of goldens are found again with the history of the sources.
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - uses: actions/cache@v4
        with:
          path: ~/.npm
          key: goldentrace-\${{ runner.os }}-\${{ vars.GOLDENTRACE_PACKAGE }}
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
      - name: Check behaviour
        run: goldentrace check --reporter github --reporter junit=goldentrace.xml --reporter sarif=goldentrace.sarif < /dev/null
      - name: Keep the runs and reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: goldentrace
          path: |
            .goldentrace/runs
            goldentrace.xml
            goldentrace.sarif
          include-hidden-files: true
          if-no-files-found: ignore
      - name: Show differences in code scanning
        if: always() && hashFiles('goldentrace.sarif') != ''
        # Pull requests from forks and private repositories without code scanning may not upload.
        continue-on-error: true
        uses: github/codeql-action/upload-sarif@v3
        with:
          sarif_file: goldentrace.sarif
          category: goldentrace
`;
