using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Nodes as people write them: a latent <c>3.117@5</c> (layer, latent, position), an error <c>3.error@5</c>, a token
/// <c>token@5</c>, a logit <c>logit.42</c>; biases and the like by their names.
/// </summary>
public static class TraceNodeName
{
    /// <summary>A node's text.</summary>
    public static string Of(TraceNode node) => node.Kind switch
    {
        TraceNodeKind.Latent => string.Create(CultureInfo.InvariantCulture, $"{node.Layer}.{node.Index}@{node.Position}"),
        TraceNodeKind.Error => string.Create(CultureInfo.InvariantCulture, $"{node.Layer}.error@{node.Position}"),
        TraceNodeKind.Token => string.Create(CultureInfo.InvariantCulture, $"token@{node.Position}"),
        TraceNodeKind.Target when node.Index >= 0 => string.Create(CultureInfo.InvariantCulture, $"logit.{node.Index}"),
        _ => node.Name ?? node.Kind.ToString(),
    };

    /// <summary>The node that a text names; of a latent without its activation.</summary>
    /// <exception cref="InputException">It names none.</exception>
    public static TraceNode Parse(string text)
    {
        string[] parts = text.Split('@');
        string[] name = parts[0].Split('.');
        int? position = parts.Length == 2 ? Number(parts[1]) : null;
        TraceNode? node = (name, parts.Length) switch
        {
            (["logit", var token], 1) when Number(token) is { } index =>
                new() { Kind = TraceNodeKind.Target, Layer = -1, Position = -1, Index = index },
            (["token"], 2) when position is { } p => new() { Kind = TraceNodeKind.Token, Layer = -1, Position = p },
            ([var layer, "error"], 2) when Number(layer) is { } l && position is { } p =>
                new() { Kind = TraceNodeKind.Error, Layer = l, Position = p },
            ([var layer, var latent], 2) when Number(layer) is { } l && Number(latent) is { } i && position is { } p =>
                new() { Kind = TraceNodeKind.Latent, Layer = l, Position = p, Index = i },
            _ => null,
        };
        return node ?? throw new InputException($"'{text}' is not a node: write a latent as 3.117@5 (layer, latent, "
            + $"position), an "
            + "error as 3.error@5, a token as token@5, a logit as logit.42");
    }

    static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
