namespace Hooke.Dictionaries;

/// <summary>How good the dictionaries of a training are, on the text behind that which they were trained on.</summary>
sealed class FinalFigures(ActivationReader reader, ITokenSource text, long first)
{
    const int Rows = 32_768, SequencesAtOnce = 32;

    /// <summary>Figures of every coder, and on how many rows they were measured; the dictionaries are disposed.</summary>
    public (int Rows, IReadOnlyList<CoderFigures> Figures) Of(
        IEnumerable<(DictionaryInTraining Plan, CoderSet Coders)> dictionaries)
    {
        Measured[] all = [.. dictionaries.Select(pair => new Measured(pair.Plan, pair.Coders, reader))];
        int rows = 0;
        for (long at = first; rows < Rows; at += SequencesAtOnce)
        {
            IReadOnlyList<int>[] sequences = [.. Enumerable.Range(0, SequencesAtOnce).Select(i => text.Sequence(at + i))];
            int count = sequences.Sum(reader.RowsOf);
            if (count == 0)
                continue;
            Tensor[] activations = [.. reader.Widths.Select(width => Tensor.Zeros(count, width))];
            reader.Read(sequences, activations, 0);
            foreach (Measured measured in all)
                measured.Add(activations);
            foreach (Tensor tensor in activations)
                tensor.Dispose();
            rows += count;
        }
        CoderFigures[] figures = [.. all.SelectMany(measured => measured.Figures(rows))];
        foreach (Measured measured in all)
            measured.Dispose();
        return (rows, figures);
    }

    /// <summary>Sums over rows, in double precision, of one dictionary.</summary>
    sealed class Measured : IDisposable
    {
        readonly DictionaryPlan _plan;
        readonly CoderSet _coders;
        readonly int[][] _inputs; // coder by coder
        readonly int[] _outputs; // site by site that is written
        readonly long[][] _active;
        SiteSums[] _sums = []; // as the outputs

        public Measured(DictionaryInTraining dictionary, CoderSet coders, ActivationReader reader)
        {
            (_plan, _coders) = (dictionary.Plan, coders);
            int IndexOf(string site) => reader.Sites.Index().First(at => $"{at.Item}" == site).Index;
            int[] reads = [.. _plan.Reads.Select(IndexOf)];
            _inputs = _plan.Form == DictionaryForm.Crosscoder ? [reads] : [.. reads.Select(read => (int[])[read])];
            _outputs = [.. PlannedSites.Writes(_plan).Select(IndexOf)];
            _active = [.. coders.Coders.Select(coder => new long[coder.Config.NLatents])];
        }

        public void Add(Tensor[] activations)
        {
            Tensor[] inputs =
                [.. _inputs.Select(sites => DictionaryInTraining.Beside([.. sites.Select(site => activations[site])]))];
            for (int c = 0; c < inputs.Length; c++)
            {
                SparseLatents latents = _coders.Coders[c].EncodeSparse(inputs[c]);
                for (int r = 0; r < latents.Rows; r++)
                    foreach (int latent in latents.LatentsOf(r))
                        _active[c][latent]++;
            }
            IReadOnlyList<Tensor> outputs = _coders.Reconstruct(inputs);
            if (_sums.Length == 0)
                _sums = [.. _outputs.Select(site => new SiteSums(MeanOf(activations[site])))];
            for (int o = 0; o < _outputs.Length; o++)
                AddRows(_sums[o], activations[_outputs[o]], outputs[o]);
            foreach (Tensor tensor in inputs.Concat(outputs))
                tensor.Dispose();
        }

        public IEnumerable<CoderFigures> Figures(int rows)
        {
            for (int c = 0; c < _active.Length; c++)
            {
                double fvu = SiteSums.Fvu(_active.Length == 1 ? _sums : [_sums[c]]);
                yield return new(_plan.Name, string.Join(", ", _inputs.Length == 1 ? _plan.Reads : [_plan.Reads[c]]),
                    _active[c].Sum() / (double)rows, _active[c].Count(count => count == 0) / (double)_active[c].Length, fvu);
            }
        }

        public void Dispose() => _coders.Dispose();

        static void AddRows(SiteSums sums, Tensor actual, Tensor found)
        {
            int width = actual.Shape[1];
            for (int at = 0; at < actual.Shape.Count; at += width)
                sums.Add(actual.Data.Slice(at, width), found.Data.Slice(at, width));
        }

        // Of the first rows, which is near the mean of all: sums are only centred on it, so that nothing cancels.
        static double[] MeanOf(Tensor activations)
        {
            (int rows, int width) = (activations.Shape[0], activations.Shape[1]);
            double[] mean = new double[width];
            for (int i = 0; i < rows * width; i++)
                mean[i % width] += activations.Data[i] / (double)rows;
            return mean;
        }
    }
}
