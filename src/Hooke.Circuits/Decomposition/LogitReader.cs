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
    readonly FrozenNorm? _norm;
    readonly double _unembedBias;

    public LogitReader(Model model, IReadOnlyList<int> prompt, int answer, int? foil, AttributionBy by)
    {
        (_model, _last, _norm) = (model, prompt.Count - 1, FrozenNorm.Of(model, "ln_final"));
        _run = model.Run(new TokenBatch([prompt]), new Plan { Record = [.. Record(model.Config, by)], LastLogitsOnly = true });
        Tensor table = FrozenNorm.Weight(model, "unembed.W_U") ?? model.Weights["embed.W_E"];
        using Tensor rows = Ops.Gather(table, foil is { } other ? [answer, other] : [answer]);
        _unembed = new double[model.Config.DModel];
        for (int i = 0; i < _unembed.Length; i++)
            _unembed[i] = rows.Data[i] - (foil is null ? 0.0 : rows.Data[_unembed.Length + i]);
        _direction = Behind(_norm, _unembed, Site.LnFinalScale.At());
        Tensor? bias = FrozenNorm.Weight(model, "unembed.b_U");
        _unembedBias = bias is null ? 0 : bias.Data[answer] - (foil is { } second ? (double)bias.Data[second] : 0);
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
        float[] reads = Read($"blocks.{layer}.attn.W_O", AttentionDirection(layer));
        ReadOnlySpan<float> z = Last(Site.Z.At(layer));
        LogitContribution[] heads = new LogitContribution[_model.Config.NHeads];
        for (int head = 0; head < heads.Length; head++)
            heads[head] = new(new(StreamPartKind.Head, layer, head),
                Dot(reads.AsSpan(head * width, width), z.Slice(head * width, width)));
        return [.. heads, .. AttentionBias(layer)];
    }

    /// <summary>What each head of a layer reads from each position, and the output bias.</summary>
    public IEnumerable<LogitContribution> Sources(int layer)
    {
        (int heads, int width) = (_model.Config.NHeads, _model.Config.DHead);
        float[] reads = Read($"blocks.{layer}.attn.W_O", AttentionDirection(layer));
        Tensor pattern = _run[Site.Pattern.At(layer)], values = _run[Site.V.At(layer)];
        int shared = heads / values.Shape[2], positions = _last + 1, queries = pattern.Shape[2];
        List<LogitContribution> sources = [];
        for (int head = 0; head < heads; head++)
            for (int source = 0; source < positions; source++)
            {
                ReadOnlySpan<float> value = values.Data.Slice(((source * values.Shape[2]) + (head / shared)) * width, width);
                double weight = pattern.Data[(((head * queries) + queries - 1) * positions) + source];
                sources.Add(new(new(StreamPartKind.Head, layer, head),
                    weight * Dot(reads.AsSpan(head * width, width), value), source));
            }
        return [.. sources, .. AttentionBias(layer)];
    }

    /// <summary>A layer's MLP as a whole.</summary>
    public IEnumerable<LogitContribution> Mlp(int layer) => !_model.Config.HasMlp ? [] :
        [new(new(StreamPartKind.Mlp, layer), Along(_direction, Site.MlpOut.At(layer)))];

    /// <summary>Divides MLPs into their neurons; of all layers' together, only so many are listed on their own.</summary>
    public Func<int, IEnumerable<LogitContribution>> NeuronsAmong(int count)
    {
        PriorityQueue<(int Layer, int Neuron, double Value), double> best = new();
        double[] sums = new double[_model.Config.NLayers];
        for (int layer = 0; layer < sums.Length && _model.Config.HasMlp; layer++)
        {
            float[] reads = Read($"blocks.{layer}.mlp.W_out", MlpDirection(layer));
            ReadOnlySpan<float> post = Last(Site.MlpPost.At(layer));
            for (int neuron = 0; neuron < reads.Length; neuron++)
            {
                double value = (double)reads[neuron] * post[neuron];
                sums[layer] += value;
                best.Enqueue((layer, neuron, value), Math.Abs(value));
                if (best.Count > count)
                    best.Dequeue();
            }
        }
        ILookup<int, LogitContribution> listed = best.UnorderedItems.Select(item => item.Element)
            .OrderBy(n => n.Layer).ThenBy(n => n.Neuron)
            .ToLookup(n => n.Layer, n => new LogitContribution(new(StreamPartKind.Neuron, n.Layer, n.Neuron), n.Value));
        return layer => !_model.Config.HasMlp ? [] :
        [
            .. listed[layer],
            new(new(StreamPartKind.OtherNeurons, layer), sums[layer] - listed[layer].Sum(n => n.Value)),
            .. Bias(StreamPartKind.MlpBias, layer, "mlp.b_out", MlpDirection(layer), FrozenNorm.AfterMlp(_model, layer)),
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
        Site[] mlp = !config.HasMlp ? [] : by == AttributionBy.Neuron ? [Site.MlpPost] : [Site.MlpOut];
        Site[] scales = !config.HasPostNorms ? [] : by switch
        {
            AttributionBy.Head or AttributionBy.Position => [Site.Ln1PostScale],
            AttributionBy.Neuron => [Site.Ln2PostScale],
            _ => [],
        };
        return
        [
            Site.Embed.At(),
            .. config.Positions == PositionKind.Learned ? [Site.PosEmbed.At()] : Array.Empty<Address>(),
            .. Enumerable.Range(0, config.NLayers).SelectMany(layer =>
                attention.Concat(mlp).Concat(scales).Select(site => site.At(layer))),
            .. config.HasNorms ? [Site.LnFinalScale.At()] : Array.Empty<Address>(),
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
        .. _norm?.Bias is { } bias
            ? [new(new(StreamPartKind.FinalNormBias), FrozenNorm.Dot(_unembed, bias.Data))]
            : Array.Empty<LogitContribution>(),
        .. FrozenNorm.Weight(_model, "unembed.b_U") is null
            ? Array.Empty<LogitContribution>()
            : [new(new(StreamPartKind.UnembeddingBias), _unembedBias)],
    ];

    LogitContribution[] AttentionBias(int layer) => Bias(
        StreamPartKind.AttentionBias, layer, "attn.b_O", AttentionDirection(layer), FrozenNorm.AfterAttention(_model, layer));

    // An output's bias, and that of the norm after it.
    LogitContribution[] Bias(StreamPartKind kind, int layer, string name, double[] direction, FrozenNorm? norm)
    {
        Tensor? bias = FrozenNorm.Weight(_model, $"blocks.{layer}.{name}"), behind = norm?.Bias;
        if (bias is null && behind is null)
            return [];
        double value = (bias is null ? 0 : FrozenNorm.Dot(direction, bias.Data))
            + (behind is null ? 0 : FrozenNorm.Dot(_direction, behind.Data));
        return [new(new(kind, layer), value)];
    }

    double[] AttentionDirection(int layer) =>
        Behind(FrozenNorm.AfterAttention(_model, layer), _direction, Site.Ln1PostScale.At(layer));

    double[] MlpDirection(int layer) =>
        Behind(FrozenNorm.AfterMlp(_model, layer), _direction, Site.Ln2PostScale.At(layer));

    double[] Behind(FrozenNorm? norm, double[] direction, Address scale) =>
        norm is null ? direction : norm.Pull(direction, _run[scale].Data[^1]);

    // The activation at the last position, all heads side by side.
    ReadOnlySpan<float> Last(Address address)
    {
        Tensor whole = _run[address];
        int width = whole.Shape.Count / whole.Shape[1];
        return whole.Data[^width..];
    }

    double Along(double[] direction, Address address) => FrozenNorm.Dot(direction, Last(address));

    // W · direction: what one unit of each of a matrix's inputs gives the logit.
    float[] Read(string weight, double[] direction)
    {
        using Tensor row = Tensor.From([.. direction.Select(d => (float)d)], 1, direction.Length);
        using Tensor reads = Ops.MatMul(row, _model.Weights[weight], transposed: true);
        return reads.Data.ToArray();
    }

    static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
