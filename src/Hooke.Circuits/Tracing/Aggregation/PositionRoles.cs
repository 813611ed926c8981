using System.Globalization;

namespace Hooke.Circuits;

/// <summary>
/// Names for the positions of different prompts under which they can be compared: a word that most prompts have is called by
/// itself and, where it comes again, by its number, <c>the#2</c>; any other token by the last such word before it,
/// <c>the#2+1</c>.
/// </summary>
public static class PositionRoles
{
    const double Most = 0.5;

    /// <summary>A name for each position of each prompt; no two of a prompt are the same.</summary>
    /// <param name="prompts">The texts of each prompt's tokens.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<IReadOnlyList<string>> prompts)
    {
        HashSet<string> frequent = new(
            prompts.SelectMany(prompt => prompt.Distinct(StringComparer.Ordinal)).CountBy(token => token, StringComparer.Ordinal)
                .Where(count => count.Value >= Most * prompts.Count).Select(count => count.Key), StringComparer.Ordinal);
        return [.. prompts.Select(prompt => Of(prompt, frequent))];
    }

    /// <summary>The names <c>0</c>, <c>1</c>, … of the positions themselves, for prompts that match place by place.</summary>
    public static IReadOnlyList<string> Places(int count) =>
        [.. Enumerable.Range(0, count).Select(position => position.ToString(CultureInfo.InvariantCulture))];

    static string[] Of(IReadOnlyList<string> prompt, HashSet<string> frequent)
    {
        string[] roles = new string[prompt.Count];
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        string anchor = "";
        for (int position = 0, since = 0; position < roles.Length; position++)
        {
            if (!frequent.Contains(prompt[position]))
            {
                roles[position] = $"{anchor}+{++since}";
                continue;
            }
            string text = prompt[position].Trim();
            int times = seen[text] = seen.GetValueOrDefault(text) + 1;
            (roles[position], anchor, since) = (times == 1 ? text : $"{text}#{times}", times == 1 ? text : $"{text}#{times}", 0);
        }
        return roles;
    }
}
