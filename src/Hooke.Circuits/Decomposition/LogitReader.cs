using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Reads what parts of one run give a logit: the logit's direction is carried back through the frozen norms and the
/// output matrices, so that no part's vector need be made.
/// </summary>
sealed class LogitReader : IDisposable
{
    readonly Model _model;
    readonly Run _run;
    readonly int _last;
    readonly double[] _unembed, _direction;
    readonly FrozenNorm _norm;
    readonly double _unembedBias;

    public LogitReader(Model model, IReadOnlyList<int> prompt, int answer, int? foil, AttributionBy by)
    {
        (_model, _last, _norm) = (model, prompt.Count - 1, FrozenNorm.Final(model));
        _run = model.Run(new TokenBatch([prompt]), new Plan { Record = [.. Record(model.Config, by)], LastLogitsOnly = true });
        Tensor table = FrozenNorm.Weight(model, "unembed.W_U") ?? model.Weights["embed.W_E"];
        int width = model.Config.DModel;
        _unembed = new double[width];
        for (int i = 0; i < width; i++)
            _unembed[i] = table.Data[(answer * width) + i] - (foil is { } other ? (double)table.Data[(other * width) + i] : 0);
        _direction = _norm.Pull(_unembed, _run[Site.LnFinalScale.At()].Data[0]);
        Tensor? bias = FrozenNorm.Weight(model, "unembed.b_U");
        _unembedBias = bias is null ? 0 : bias.Data[answer] - (foil is { } second ? bias.Data[second] : 0);
        ReadOnlySpan<float> logits = _run.LastLogits(0);
        Logit = logits[answer] - (foil is { } wrong ? (double)logits[wrong] : 0);
    }

    /// <summary>The logit, or the difference, that the model itself computed.</summary>
    public double Logit { get; }

    /// <summary>Every part's contribution, attention and MLPs divided up as asked.</summary>
    public IEnumerable<LogitContribution> Layers(
        Func<int, IEnumerable<LogitContribution>> attention, Func<int, IEnumerable<LogitContribution>> mlp) =>
    [
        .. Embeddings(),
        .. Enumerable.Range(0, _model.Config.NLayers).SelectMany(layer => attention(layer).Concat(mlp(layer))),
        .. Biases(),
    ];

    /// <summary>A layer's attention as a whole.</summary>
    public IEnumerable<LogitContribution> Attention(int layer) =>
        [new(new(StreamPartKind.Attention, layer), Along(_direction, Site.AttnOut.At(layer)))];

    /// <summary>A layer's heads, and their output bias.</summary>
    public IEnumerable<LogitContribution> Heads(int layer)
    {
        int width = _model.Config.DHead;
        double[] reads = Read($"blocks.{layer}.attn.W_O", _direction);
        ReadOnlySpan<float> z = Last(Site.Z.At(layer));
        LogitContribution[] heads = new LogitContribution[_model.Config.NHeads];
        for (int head = 0; head < heads.Length; head++)
            heads[head] = new(new(StreamPartKind.Head, layer, head),
                FrozenNorm.Dot(reads.AsSpan(head * width, width), z.Slice(head * width, width)));
        return [.. heads, .. Bias(StreamPartKind.AttentionBias, layer, "attn.b_O")];
    }

    /// <summary>What each head of a layer reads from each position, and the output bias.</summary>
    public IEnumerable<LogitContribution> Sources(int layer)
    {
        (int heads, int width) = (_model.Config.NHeads, _model.Config.DHead);
        double[] reads = Read($"blocks.{layer}.attn.W_O", _direction);
        Tensor pattern = _run[Site.Pattern.At(layer)], values = _run[Site.V.At(layer)];
        int shared = heads / values.Shape[2], positions = _last + 1;
        List<LogitContribution> sources = [];
        for (int head = 0; head < heads; head++)
            for (int source = 0; source < positions; source++)
            {
                ReadOnlySpan<float> value = values.Data.Slice(((source * values.Shape[2]) + (head / shared)) * width, width);
                double weight = pattern.Data[(((head * positions) + _last) * positions) + source];
                sources.Add(new(new(StreamPartKind.Head, layer, head),
                    weight * FrozenNorm.Dot(reads.AsSpan(head * width, width), value), source));
            }
        return [.. sources, .. Bias(StreamPartKind.AttentionBias, layer, "attn.b_O")];
    }

    /// <summary>A layer's MLP as a whole.</summary>
    public IEnumerable<LogitContribution> Mlp(int layer) =>
        [new(new(StreamPartKind.Mlp, layer), Along(_direction, Site.MlpOut.At(layer)))];

    /// <summary>Divides MLPs into their neurons; of all layers' together, only so many are listed on their own.</summary>
    public Func<int, IEnumerable<LogitContribution>> NeuronsAmong(int count)
    {
        PriorityQueue<(int Layer, int Neuron, double Value), double> best = new();
        double[] sums = new double[_model.Config.NLayers];
        for (int layer = 0; layer < sums.Length; layer++)
        {
            double[] reads = Read($"blocks.{layer}.mlp.W_out", _direction);
            ReadOnlySpan<float> post = Last(Site.MlpPost.At(layer));
            for (int neuron = 0; neuron < reads.Length; neuron++)
            {
                double value = reads[neuron] * post[neuron];
                sums[layer] += value;
                best.Enqueue((layer, neuron, value), Math.Abs(value));
                if (best.Count > count)
                    best.Dequeue();
            }
        }
        ILookup<int, LogitContribution> listed = best.UnorderedItems.Select(item => item.Element)
            .OrderBy(n => n.Layer).ThenBy(n => n.Neuron)
            .ToLookup(n => n.Layer, n => new LogitContribution(new(StreamPartKind.Neuron, n.Layer, n.Neuron), n.Value));
        return layer =>
        [
            .. listed[layer],
            new(new(StreamPartKind.OtherNeurons, layer), sums[layer] - listed[layer].Sum(n => n.Value)),
            .. Bias(StreamPartKind.MlpBias, layer, "mlp.b_out"),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    static IEnumerable<Address> Record(TransformerConfig config, AttributionBy by)
    {
        Site[] attention = by switch
        {
            AttributionBy.Head => [Site.Z],
            AttributionBy.Position => [Site.Pattern, Site.V],
            _ => [Site.AttnOut],
        };
        Site mlp = by == AttributionBy.Neuron ? Site.MlpPost : Site.MlpOut;
        return
        [
            Site.Embed.At(),
            .. config.Positions == PositionKind.Learned ? [Site.PosEmbed.At()] : Array.Empty<Address>(),
            .. Enumerable.Range(0, config.NLayers).SelectMany(layer => attention.Append(mlp).Select(site => site.At(layer))),
            Site.LnFinalScale.At(),
        ];
    }

    LogitContribution[] Embeddings() =>
    [
        new(new(StreamPartKind.Embedding), Along(_direction, Site.Embed.At())),
        .. _model.Config.Positions == PositionKind.Learned
            ? [new(new(StreamPartKind.PositionEmbedding), Along(_direction, Site.PosEmbed.At()))]
            : Array.Empty<LogitContribution>(),
    ];

    LogitContribution[] Biases() =>
    [
        .. _norm.Bias is null
            ? Array.Empty<LogitContribution>()
            : [new(new(StreamPartKind.FinalNormBias), _norm.Constant(_unembed))],
        .. FrozenNorm.Weight(_model, "unembed.b_U") is null
            ? Array.Empty<LogitContribution>()
            : [new(new(StreamPartKind.UnembeddingBias), _unembedBias)],
    ];

    LogitContribution[] Bias(StreamPartKind kind, int layer, string name) =>
        FrozenNorm.Weight(_model, $"blocks.{layer}.{name}") is { } bias
            ? [new(new(kind, layer), FrozenNorm.Dot(_direction, bias.Data))]
            : [];

    // The activation at the last position, all heads side by side.
    ReadOnlySpan<float> Last(Address address)
    {
        Tensor whole = _run[address];
        int width = whole.Shape.Count / (_last + 1);
        return whole.Data.Slice(_last * width, width);
    }

    double Along(double[] direction, Address address) => FrozenNorm.Dot(direction, Last(address));

    // W · direction: what one unit of each of a matrix's inputs gives the logit.
    double[] Read(string weight, double[] direction)
    {
        Tensor matrix = _model.Weights[weight];
        double[] reads = new double[matrix.Shape[0]];
        for (int row = 0; row < reads.Length; row++)
            reads[row] = FrozenNorm.Dot(direction, matrix.Data.Slice(row * direction.Length, direction.Length));
        return reads;
    }
}
