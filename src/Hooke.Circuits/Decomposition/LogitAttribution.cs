using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How finely a logit is divided up.</summary>
public enum AttributionBy
{
    /// <summary>Embeddings, each layer's attention, each layer's MLP.</summary>
    Layer,

    /// <summary>Embeddings, each head, each layer's MLP.</summary>
    Head,

    /// <summary>Embeddings, each layer's attention, the neurons that give most.</summary>
    Neuron,

    /// <summary>Embeddings, each head's reading of each position, each layer's MLP.</summary>
    Position,
}

/// <summary>What a part of the residual stream gives a logit, in nats.</summary>
/// <param name="Part">The part.</param>
/// <param name="Value">What it gives.</param>
/// <param name="Source">The position that a head reads it from, where a head is divided up.</param>
public readonly record struct LogitContribution(StreamPart Part, double Value, int? Source = null);

/// <summary>
/// Direct logit attribution: logit(answer) − logit(foil) after a prompt's last token as the sum of what each part of the
/// residual stream gives it, with the scales of norms held at the prompt's values.
/// </summary>
/// <param name="By">How finely it is divided up.</param>
/// <param name="Contributions">In the order of the computation; they add up to <paramref name="Total"/>.</param>
/// <param name="Total">Their sum: the logit, or the difference, before a soft cap.</param>
/// <param name="Logit">What the model itself computed, after a soft cap where it has one.</param>
/// <param name="SoftCap">c where the model's logits are c · tanh(total / c), which is no sum of parts; else null.</param>
/// <remarks>
/// A part's direct effect only: what later layers make of it is counted as theirs. Source: Elhage et al. 2021.
/// </remarks>
public sealed record LogitAttribution(
    AttributionBy By, IReadOnlyList<LogitContribution> Contributions, double Total, double Logit, float? SoftCap)
{
    /// <summary>Attributes the logit of one token, or its difference from another's, after a prompt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">The tokens; the logit is that after the last.</param>
    /// <param name="answer">The token whose logit it is.</param>
    /// <param name="foil">The token whose logit is taken off, or null.</param>
    /// <param name="by">How finely.</param>
    /// <param name="neurons">By neuron: how many of them are listed on their own.</param>
    /// <exception cref="InputException">A token does not exist, or the prompt is too long or empty.</exception>
    public static LogitAttribution Of(
        Model model, IReadOnlyList<int> prompt, int answer, int? foil = null,
        AttributionBy by = AttributionBy.Layer, int neurons = 20)
    {
        foreach (int token in foil is { } other ? new[] { answer, other } : [answer])
            if ((uint)token >= (uint)model.Config.DVocab)
                throw new InputException($"token {token} does not exist: this model's tokens are 0..{model.Config.DVocab - 1}");
        using LogitReader reader = new(model, prompt, answer, foil, by);
        LogitContribution[] rows = [.. by switch
        {
            AttributionBy.Layer => reader.Layers(reader.Attention, reader.Mlp),
            AttributionBy.Head => reader.Layers(reader.Heads, reader.Mlp),
            AttributionBy.Position => reader.Layers(reader.Sources, reader.Mlp),
            _ => reader.Layers(reader.Attention, reader.NeuronsAmong(neurons)),
        }];
        return new(by, rows, rows.Sum(row => row.Value), reader.Logit, model.Config.LogitSoftCap);
    }

    /// <summary>By position: what all heads together read from each position, first to last; else nothing.</summary>
    public IReadOnlyList<double> BySource() =>
    [
        .. Contributions.Where(c => c.Source is not null).GroupBy(c => c.Source!.Value).OrderBy(g => g.Key)
            .Select(g => g.Sum(c => c.Value)),
    ];
}
