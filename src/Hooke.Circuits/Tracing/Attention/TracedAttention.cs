using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// What attention did on one prompt, in terms of transcoders' latents: which heads carried an edge, and which nodes made a
/// head look where it looked.
/// </summary>
public sealed class TracedAttention : IDisposable
{
    readonly TranscoderSites _sites;
    readonly FrozenStream _stream;
    readonly PromptNodes _nodes;

    /// <summary>Runs a prompt and takes down what is frozen at its values.</summary>
    /// <param name="sites">The model and its transcoders.</param>
    /// <param name="tokens">The prompt.</param>
    /// <exception cref="InputException">The prompt does not fit the model.</exception>
    public TracedAttention(TranscoderSites sites, IReadOnlyList<int> tokens)
    {
        _sites = sites;
        IEnumerable<Address> queriesAndKeys = Enumerable.Range(0, sites.Layers).SelectMany(l => new[]
        {
            Site.AttnScores.At(l), Site.QNormScale.At(l), Site.KNormScale.At(l),
        });
        _stream = new FrozenStream(sites, tokens, queriesAndKeys.Where(at => sites.Model.Config.Has(at.Site)));
        _nodes = new PromptNodes(sites, _stream);
    }

    /// <summary>Active latents, errors and tokens: with biases, what the residual stream is the sum of.</summary>
    public IReadOnlyList<TraceNode> Nodes => _nodes.Nodes;

    /// <summary>Divides an edge up by heads.</summary>
    /// <param name="source">A latent, error or token.</param>
    /// <param name="target">A latent, or a logit after the last token, which is taken less the mean of all logits.</param>
    /// <exception cref="InputException">A node is not there on this prompt, or is of another kind.</exception>
    public HeadLoadings Loadings(TraceNode source, TraceNode target)
    {
        source = Known(source);
        (int stage, int position, float[] direction) = Reading(target);
        IReadOnlyList<Push> pushes = _nodes.Pushes(source);
        Tensor[] moved = _stream.Push(pushes, moves: true), stayed = _stream.Push(pushes, moves: false);
        Tensor[] gradients = _stream.Pull(stage, position, direction, moves: true),
            staying = _stream.Pull(stage, position, direction, moves: false);
        List<HeadLoading> heads = [];
        for (int layer = 0; (2 * layer) + 1 <= stage; layer++)
            heads.AddRange(Heads(layer, moved, stayed, gradients, staying));
        double weight = Dot(moved[stage], position, direction), direct = Dot(stayed[stage], position, direction);
        foreach (Tensor[] streams in new[] { moved, stayed, gradients, staying })
            FrozenStream.Dispose(streams);
        return new(source, target, weight, direct, heads);
    }

    /// <summary>Divides an attention score up by what stands at the query and what stands at the key.</summary>
    /// <param name="layer">The head's layer.</param>
    /// <param name="head">The head.</param>
    /// <param name="query">The position that looks.</param>
    /// <param name="key">The position looked at.</param>
    /// <param name="most">How many pairs are listed.</param>
    /// <exception cref="InputException">There is no such head or position, or the query does not see the key.</exception>
    public AttentionScore Score(int layer, int head, int query, int key, int most = 20)
    {
        TransformerConfig config = _sites.Model.Config;
        if ((uint)layer >= (uint)config.NLayers || (uint)head >= (uint)config.NHeads)
            throw new InputException($"there is no head {layer}.{head}: this model has layers 0..{config.NLayers - 1} of heads "
                + $"0..{config.NHeads - 1}");
        if ((uint)query >= (uint)_stream.Positions || key < 0 || key > query
            || (config.Window(layer) is > 0 and var window && query - key >= window))
            throw new InputException($"the query at {query} does not see a key at {key}: positions are "
                + $"0..{_stream.Positions - 1}, "
                + "and a query sees keys up to its own" + (config.Window(layer) > 0 ? $", {config.Window(layer)} of them" : ""));
        Tensor[] constants = _stream.Constants();
        HeadSide side = new(_sites, _stream, _nodes, constants, layer, head);
        AttentionScore score = AttentionScore.Of(
            Nodes, side.Queries(query), side.Keys(key), config.AttnScale ?? 1 / MathF.Sqrt(config.DHead), most) with
        {
            Layer = layer,
            Head = head,
            Query = query,
            Key = key,
            Score = At(_stream.Run[Site.AttnScores.At(layer)], head, query, key),
            Weight = At(_stream.Run[Site.Pattern.At(layer)], head, query, key),
            SoftCap = config.AttnSoftCap,
        };
        FrozenStream.Dispose(constants);
        return score;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    IEnumerable<HeadLoading> Heads(int layer, Tensor[] moved, Tensor[] stayed, Tensor[] gradients, Tensor[] staying)
    {
        FrozenAttention attention = _stream.Attention(layer);
        using Tensor all = attention.Read(moved[2 * layer]), only = attention.Read(stayed[2 * layer]);
        using Tensor onwards = attention.BackToHeads(gradients[(2 * layer) + 1]),
            straight = attention.BackToHeads(staying[(2 * layer) + 1]);
        double[] alone = attention.PerHead(only, straight), first = attention.PerHead(only, onwards),
            last = attention.PerHead(all, straight);
        return [.. alone.Select((value, h) => new HeadLoading(layer, h, value, first[h], last[h]))];
    }

    // The node as this prompt has it, with its activation.
    TraceNode Known(TraceNode node) => Nodes.FirstOrDefault(n =>
            n.Kind == node.Kind && n.Layer == node.Layer && n.Position == node.Position
            && (n.Kind != TraceNodeKind.Latent || n.Index == node.Index))
        ?? throw new InputException(node.Kind == TraceNodeKind.Latent
            ? $"latent {node.Layer}.{node.Index} is not active at position {node.Position} of this prompt"
            : $"there is no {node.Kind} node of layer {node.Layer} at position {node.Position} of this prompt");

    (int Stage, int Position, float[] Direction) Reading(TraceNode target)
    {
        if (target.Kind == TraceNodeKind.Latent && (uint)target.Layer < (uint)_sites.Layers
            && (uint)target.Position < (uint)_stream.Positions
            && (uint)target.Index < (uint)_sites.Transcoders.Coders[target.Layer].Config.NLatents)
        {
            (int stage, float[] direction) = _stream.Reading(
                target.Layer, target.Position, Readers.Encoder(_sites, target.Layer, target.Index));
            return (stage, target.Position, direction);
        }
        if (target.Kind != TraceNodeKind.Target || (uint)target.Index >= (uint)_sites.Model.Config.DVocab)
            throw new InputException("an edge ends at a latent of the set, or at the logit of a token that exists");
        float[] unembed = Readers.Unembedding(_sites.Model, target.Index);
        if (FrozenNorm.Of(_sites.Model, "ln_final") is not { } norm)
            return (_stream.LastStage, _stream.Positions - 1, unembed);
        using Tensor at = Tensor.From(unembed, 1, unembed.Length);
        using Tensor scale = Tensor.From([_stream.Run[Site.LnFinalScale.At()].Data[_stream.Positions - 1]], 1, 1);
        using Tensor pulled = norm.Pull(at, scale);
        return (_stream.LastStage, _stream.Positions - 1, pulled.Data.ToArray());
    }

    static double Dot(Tensor stream, int position, float[] direction)
    {
        double sum = 0;
        ReadOnlySpan<float> row = stream.Data.Slice(position * direction.Length, direction.Length);
        for (int i = 0; i < row.Length; i++)
            sum += (double)row[i] * direction[i];
        return sum;
    }

    static float At(Tensor pattern, int head, int query, int key) =>
        pattern.Data[(((head * pattern.Shape[2]) + query) * pattern.Shape[3]) + key];
}
