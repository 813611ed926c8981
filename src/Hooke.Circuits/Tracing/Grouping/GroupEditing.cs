using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Changes to the groups of a graph; each gives a new list, in which no node is in two groups.</summary>
public static class GroupEditing
{
    /// <summary>The groups with one more, or with more members of one; these leave the groups that they were in.</summary>
    public static IReadOnlyList<GraphFileGroup> WithMembers(
        this IReadOnlyList<GraphFileGroup> groups, string name, IReadOnlyCollection<string> members)
    {
        List<GraphFileGroup> changed = [.. groups.Select(group => group.Name == name
            ? group with { Members = [.. group.Members.Union(members)] }
            : group with { Members = [.. group.Members.Except(members)] })];
        if (groups.All(group => group.Name != name))
            changed.Add(new(name, [.. members.Distinct()]));
        return [.. changed.Where(group => group.Members.Count > 0)];
    }

    /// <summary>The groups without one of them; its nodes are then in none.</summary>
    /// <exception cref="InputException">There is no such group.</exception>
    public static IReadOnlyList<GraphFileGroup> Without(this IReadOnlyList<GraphFileGroup> groups, string name) =>
        [.. groups.Where(group => group != groups.Named(name))];

    /// <summary>The groups, one of them called otherwise; joined to the one that is called so already.</summary>
    /// <exception cref="InputException">There is no such group.</exception>
    public static IReadOnlyList<GraphFileGroup> Renamed(this IReadOnlyList<GraphFileGroup> groups, string name, string to)
    {
        GraphFileGroup old = groups.Named(name);
        return groups.Any(group => group.Name == to && group != old)
            ? groups.Without(name).WithMembers(to, [.. old.Members])
            : [.. groups.Select(group => group == old ? old with { Name = to } : group)];
    }

    /// <summary>A group by its name.</summary>
    /// <exception cref="InputException">There is no such group.</exception>
    public static GraphFileGroup Named(this IReadOnlyList<GraphFileGroup> groups, string name) =>
        groups.FirstOrDefault(group => group.Name == name) ?? throw new InputException($"the graph has no group '{name}'; it has "
            + (groups.Count == 0 ? "none" : string.Join(", ", groups.Take(8).Select(group => $"'{group.Name}'"))));
}
