// What the reader has chosen: one object; whoever draws says which parts of it to be told of.

const state = {
  nodeShare: 1, linkShare: 1, selected: null, hovered: null, marked: new Set(), pinned: new Set(), groups: [],
  search: "", zoom: 1,
};
const listeners = [];

const listen = (keys, draw) => listeners.push({ keys, draw });

function change(parts) {
  const changed = Object.keys(parts).filter(key => state[key] !== parts[key] || parts[key] instanceof Object);
  Object.assign(state, parts);
  for (const { keys, draw } of listeners) if (keys.some(key => changed.includes(key))) draw();
}

// Groups: [{ name, members: [place of node] }]; a node is in one group at most.
function makeGroup(members, name) {
  if (members.length === 0) return;
  const inNew = new Set(members);
  const rest = state.groups.map(group => ({ ...group, members: group.members.filter(i => !inNew.has(i)) }));
  change({ groups: [...rest.filter(group => group.members.length > 0), { name, members: [...inNew] }], marked: new Set() });
}

const groupOf = i => state.groups.findIndex(group => group.members.includes(i));
