/** A small plan with a gate that a check measures, one that asks for a person, and one that is not understood. */
export const GREETER = `# Greeter

## Phase 1: Words (Week 1)

**Quality gate**: greeting length >=10
**Automated check**: \`sh measure.sh\`

- [x] GR-1 Choose the language
- [ ] GR-2 Write the greeting

## Phase 2: Publish (Week 2)

- [ ] GR-3 Copy the greeting

**Quality Gates**:

- [ ] Approval: 1 of editor not producer
- [ ] Beauty: very nice
`;

/** What the check of {@link GREETER} runs. */
export const MEASURE = "echo greeting_length=22\n";

/** A plan in which two gates stand on one metric. */
export const TWICE = `# Twice

## Phase 1: One

**Quality Gates**:

- [ ] Coverage: >=80%

## Phase 2: Two

**Quality Gates**:

- [ ] Coverage: >=90%
`;
